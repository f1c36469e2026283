// What the readers of foreign bytes share: a value, or what is wrong with the bytes in words. The
// codec of a protocol gives the words the error code that its services answer with.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace kennel::wire {

template <class T>
using Read = tl::expected<T, std::string>;

[[nodiscard]] inline tl::unexpected<std::string> unreadable(std::string what) {
  return tl::unexpected<std::string>(std::move(what));
}

// Lists, maps and structures within one another, in whatever form they come.
inline constexpr int kDepthMax = 64;

}  // namespace kennel::wire

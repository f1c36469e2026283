// Numbers that are the whole of a text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace kennel::base {

// As std::from_chars reads it; nullopt where anything else stands before or behind it.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace kennel::base

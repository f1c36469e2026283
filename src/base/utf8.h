// UTF-8 (RFC 3629): overlong forms, surrogates and what lies beyond U+10FFFF are none. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace kennel::base {

// The length of the code point at the start of `bytes`, which are not empty; 0: there is none.
[[nodiscard]] std::size_t code_point_length(std::string_view bytes);
[[nodiscard]] bool is_utf8(std::string_view bytes);
// Whether a byte goes on with a code point that began before it.
[[nodiscard]] inline bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}
// The first `bytes_max` bytes, less what would split a code point. Of bytes that are no text no
// more is left out than a code point can have.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace kennel::base

#include "dataset/class_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace kennel::dataset {
namespace {

bool is_control(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code < 0x20 || code == 0x7f;
}

// With what a terminal could stumble over spelled out as \xNN.
std::string to_printable(std::string_view name) {
  std::string text;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (is_control(letter) || code >= 0x80) {
      text += fmt::format("\\x{:02x}", code);
    } else {
      text += letter;
    }
  }
  return text;
}

// How many bytes follow a first byte, and the smallest code point that needs so many.
struct Sequence {
  int following = 0;
  std::uint32_t code_min = 0;
  std::uint32_t bits = 0;  // of the code point, in the first byte
};

bool find_sequence(unsigned char first, Sequence& sequence) {
  if (first < 0x80) {
    sequence = {0, 0, first};
  } else if ((first & 0xe0U) == 0xc0) {
    sequence = {1, 0x80, first & 0x1fU};
  } else if ((first & 0xf0U) == 0xe0) {
    sequence = {2, 0x800, first & 0x0fU};
  } else if ((first & 0xf8U) == 0xf0) {
    sequence = {3, 0x10000, first & 0x07U};
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    Sequence sequence;
    if (!find_sequence(static_cast<unsigned char>(text[0]), sequence)) return false;
    std::uint32_t code = sequence.bits;
    text.remove_prefix(1);
    for (int left = sequence.following; left > 0; --left) {
      if (text.empty() || (static_cast<unsigned char>(text[0]) & 0xc0U) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(text[0]) & 0x3fU);
      text.remove_prefix(1);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < sequence.code_min || code > 0x10ffff || surrogate) return false;
  }
  return true;
}

base::Result<void> check_class_name(std::string_view name) {
  if (is_utf8(name) && std::ranges::none_of(name, is_control)) return {};
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("the class folder '{}' has a name that is not UTF-8 or holds a control "
                  "character: rename it",
                  to_printable(name)));
}

}  // namespace kennel::dataset

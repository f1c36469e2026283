#include "base/utf8.h"

namespace kennel::base {

std::size_t code_point_length(std::string_view bytes) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t index = 1; index < length; ++index) {
    if (!is_continuation(bytes[index])) return 0;
  }
  const unsigned char second = at(1);
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  return first == 0xF4 && second > 0x8F ? 0 : length;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = code_point_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
  constexpr std::size_t kFollowingMax = 3;
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  const std::size_t end_min = bytes_max > kFollowingMax ? bytes_max - kFollowingMax : 0;
  while (end > end_min && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace kennel::base

#include "network/legible.h"

#include <algorithm>
#include <cstdint>

namespace kennel::network {
namespace {

constexpr std::size_t kLegibleMax = 80;

bool is_printable(unsigned char letter) { return letter >= 0x20 && letter < 0x7f; }

struct Lead {
  std::size_t length;    // bytes of the whole character; 0 for a byte that starts none
  std::uint32_t bits;    // what the first byte adds to the code point
  std::uint32_t lowest;  // below it the form is overlong
};

Lead to_lead(unsigned char first) {
  if (first < 0x80) return {1, first, 0};
  if (first >= 0xc0 && first < 0xe0) return {2, first & 0x1fU, 0x80};
  if (first >= 0xe0 && first < 0xf0) return {3, first & 0x0fU, 0x800};
  if (first >= 0xf0 && first < 0xf8) return {4, first & 0x07U, 0x10000};
  return {0, 0, 0};
}

bool is_plain(std::uint32_t code_point) {
  const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
  return code_point >= 0x20 && code_point != 0x7f && !is_surrogate && code_point < 0x110000;
}

}  // namespace

std::string legible(std::string_view text) {
  std::string shown(text.substr(0, kLegibleMax));
  std::replace_if(
      shown.begin(), shown.end(),
      [](char letter) { return !is_printable(static_cast<unsigned char>(letter)); }, '?');
  if (text.size() > kLegibleMax) shown += "...";
  return shown;
}

bool is_plain_utf8(std::string_view text) {
  while (!text.empty()) {
    const Lead lead = to_lead(static_cast<unsigned char>(text.front()));
    if (lead.length == 0 || lead.length > text.size()) return false;
    std::uint32_t code_point = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if ((next & 0xc0U) != 0x80) return false;
      code_point = code_point << 6 | (next & 0x3fU);
    }
    if (code_point < lead.lowest || !is_plain(code_point)) return false;
    text.remove_prefix(lead.length);
  }
  return true;
}

}  // namespace kennel::network

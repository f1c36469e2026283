#include "report/escape.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kennel::report {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

std::size_t promised_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// The second byte alone rules out overlong forms, surrogates and what lies beyond U+10FFFF: table
// 3-7 of the Unicode standard.
bool may_follow(unsigned char lead, unsigned char second) {
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

// The length of the UTF-8 sequence that `rest` starts with; 0 where it starts with none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  const std::size_t length = promised_length(byte(0));
  if (length < 2) return length;
  if (length > rest.size() || !may_follow(byte(0), byte(1))) return 0;
  const std::string_view tail = rest.substr(2, length - 2);
  const bool continues =
      std::ranges::all_of(tail, [](char c) { return (static_cast<unsigned char>(c) >> 6) == 2; });
  return continues ? length : 0;
}

std::string_view escaped(char character, std::string_view as_it_is) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
    case '\r':
      return as_it_is;
    default:
      return static_cast<unsigned char>(character) < 0x20 || character == 0x7F ? kReplacement
                                                                               : as_it_is;
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    html += length == 0 ? kReplacement : escaped(text.front(), text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return html;
}

std::string to_script_json(const nlohmann::json& value) {
  std::string json = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // Outside of strings JSON has no "<", so that every one of them may be written as an escape.
  for (auto at = json.find('<'); at != std::string::npos; at = json.find('<', at)) {
    json.replace(at, 1, "\\u003c");
  }
  return json;
}

}  // namespace kennel::report

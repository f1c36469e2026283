#include "sign/uri.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace kennel::sign {
namespace {

constexpr bool is_unreserved(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' || letter == '_' ||
         letter == '~';
}

constexpr int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

void append_letter(std::string& out, char letter) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (is_unreserved(letter)) {
    out += letter;
    return;
  }
  const auto byte = static_cast<unsigned char>(letter);
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// The letter that stands first in a text, decoded; takes it off the text.
char take_decoded(std::string_view& text) {
  const char first = text[0];
  if (first == '%' && text.size() >= 3) {
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high >= 0 && low >= 0) {
      text.remove_prefix(3);
      return static_cast<char>(16 * high + low);
    }
  }
  text.remove_prefix(1);
  return first;
}

std::string recode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) append_letter(out, take_decoded(text));
  return out;
}

std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

std::vector<std::string_view> normalize(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::string_view segment = take_segment(path);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  return segments;
}

void append_normalized_path(std::string& out, std::string_view path) {
  const auto segments = normalize(path);
  for (const std::string_view segment : segments) {
    out += '/';
    append_percent_encoded(out, segment);
  }
  if (segments.empty() || path.ends_with('/')) out += '/';
}

void append_path_as_sent(std::string& out, std::string_view path) {
  if (path.empty()) out += '/';
  while (!path.empty()) {
    if (path[0] == '/') {
      out += '/';
      path.remove_prefix(1);
    } else {
      append_letter(out, take_decoded(path));
    }
  }
}

}  // namespace

TargetParts split_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

Parameter take_parameter(std::string_view& query) {
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view pair = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  const std::size_t equals = std::min(pair.find('='), pair.size());
  return {pair, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) out += take_decoded(text);
  return out;
}

void append_percent_encoded(std::string& out, std::string_view bytes) {
  for (const char letter : bytes) append_letter(out, letter);
}

void append_canonical_path(std::string& out, std::string_view path, PathRule rule) {
  if (rule == PathRule::kAsSent) {
    append_path_as_sent(out, path);
  } else {
    append_normalized_path(out, path);
  }
}

void append_canonical_query(std::string& out, std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const Parameter parameter = take_parameter(query);
    if (parameter.is_empty()) continue;
    std::string name = recode(parameter.name);
    if (name != "X-Amz-Signature") {
      parameters.emplace_back(std::move(name), recode(parameter.value));
    }
  }
  std::ranges::sort(parameters);
  for (std::size_t at = 0; at < parameters.size(); ++at) {
    if (at > 0) out += '&';
    out.append(parameters[at].first).append("=").append(parameters[at].second);
  }
}

}  // namespace kennel::sign

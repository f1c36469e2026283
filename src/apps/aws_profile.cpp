#include "apps/aws_profile.h"

#include <fmt/format.h>

#include <algorithm>

namespace kennel::apps {
namespace {

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") - begin + 1);
}

// The text cut into lines, each with its line feed.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

bool is_setting(std::string_view line) {
  const std::string_view text = trimmed(line);
  return !text.starts_with('[') && !text.starts_with('#') && !text.starts_with(';') &&
         text.find('=') != std::string_view::npos;
}

// "[ profile  dogs ]" opens the section "profile dogs".
bool opens(std::string_view line, std::string_view section) {
  std::string_view name = trimmed(line);
  const std::size_t end = name.find(']');
  if (!name.starts_with('[') || end == std::string_view::npos) return false;
  name = trimmed(name.substr(1, end - 1));
  std::string single;
  for (const char letter : name) {
    const bool blank = letter == ' ' || letter == '\t';
    if (!blank || (!single.empty() && single.back() != ' ')) single += blank ? ' ' : letter;
  }
  return single == section;
}

std::string to_section(std::string_view section, const ProfileSettings& settings) {
  std::string text = fmt::format("[{}]\n{}\n", section, kProfileMark);
  for (const auto& [name, value] : settings) text += fmt::format("{} = {}\n", name, value);
  return text;
}

}  // namespace

base::Result<std::string> put_section(std::string_view text, std::string_view section,
                                      const ProfileSettings& settings) {
  const auto lines = lines_of(text);
  const auto begin = std::ranges::find_if(
      lines, [section](std::string_view line) { return opens(line, section); });
  std::string before;
  for (auto line = lines.begin(); line != begin; ++line) before += *line;
  if (begin == lines.end()) {
    if (!before.empty() && before.back() != '\n') before += '\n';
    if (!before.empty()) before += '\n';
    return before + to_section(section, settings);
  }
  const auto next = std::next(begin);
  if (next == lines.end() || trimmed(*next) != kProfileMark) {
    return base::fail(base::ErrorKind::kConflict,
                      fmt::format("there is a section [{}] already, and kennel did not write it; "
                                  "choose another name for --profile",
                                  section));
  }
  // What stands below our settings, comments say, is somebody else's.
  const auto end = std::find_if_not(std::next(next), lines.end(), is_setting);
  std::string after;
  for (auto line = end; line != lines.end(); ++line) after += *line;
  return before + to_section(section, settings) + after;
}

}  // namespace kennel::apps

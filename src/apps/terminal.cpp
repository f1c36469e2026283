#include "apps/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "apps/environment.h"

namespace kennel::apps {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kNoColour = "\x1b[0m";

bool is_control(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte < 0x20 || byte == 0x7F;
}

// U+0080 to U+009F, which some terminals take for control sequences: 0xC2 0x80 to 0x9F.
bool is_wide_control(std::string_view rest) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  return rest.size() > 1 && byte_at(0) == 0xC2 && byte_at(1) >= 0x80 && byte_at(1) <= 0x9F;
}

// How long the sequence is that `rest` begins with: ESC [ parameters letter, or ESC and one more.
std::size_t sequence_length(std::string_view rest) {
  if (rest.size() < 2 || rest[1] != '[') return std::min<std::size_t>(rest.size(), 2);
  const auto is_last = [](char letter) { return letter >= '@' && letter <= '~'; };
  const auto* const last = std::find_if(rest.begin() + 2, rest.end(), is_last);
  return last == rest.end() ? rest.size() : static_cast<std::size_t>(last - rest.begin()) + 1;
}

bool is_colour(std::string_view sequence) {
  return sequence.size() > 2 && sequence.back() == 'm' &&
         sequence.substr(2, sequence.size() - 3).find_first_not_of("0123456789;") ==
             std::string_view::npos;
}

}  // namespace

bool output_has_colours() {
  return ::isatty(STDOUT_FILENO) == 1 && !environment_variable("NO_COLOR");
}

std::string coloured(std::string_view text, Colour colour) {
  constexpr std::string_view kCodes[] = {"31", "32", "33", "36"};
  return fmt::format("\x1b[{}m{}{}", kCodes[static_cast<std::size_t>(colour)], text, kNoColour);
}

std::string one_line(std::string_view text) {
  std::string line = without_escapes(text, false);
  std::ranges::replace(line, '\t', ' ');
  return line;
}

std::string without_escapes(std::string_view text, bool keep_colours) {
  std::string kept;
  bool in_colour = false;
  while (!text.empty()) {
    std::size_t length = 1;
    if (text.front() == kEscape) {
      length = sequence_length(text);
      const bool keeps = keep_colours && is_colour(text.substr(0, length));
      if (keeps) kept += text.substr(0, length);
      in_colour = in_colour || keeps;
    } else if (is_wide_control(text)) {
      length = 2;
    } else if (is_control(text.front()) && text.front() != '\t') {
      kept += ' ';
    } else {
      kept += text.front();
    }
    text.remove_prefix(length);
  }
  if (in_colour && !kept.ends_with(kNoColour)) kept += kNoColour;
  return kept;
}

}  // namespace kennel::apps

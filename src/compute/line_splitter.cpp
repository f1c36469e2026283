#include "compute/line_splitter.h"

#include <array>
#include <cstdint>

namespace kennel::compute {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes a well-formed sequence at `at` has; 0: there is none (RFC 3629).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) {
    return at + offset < text.size() ? static_cast<std::uint8_t>(text[at + offset])
                                     : std::uint8_t{0};
  };
  const auto follows = [&](std::size_t offset) { return (byte(offset) & 0xC0U) == 0x80U; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool fits = (first != 0xE0 || byte(1) >= 0xA0) && (first != 0xED || byte(1) <= 0x9F);
    return fits && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool fits = (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) <= 0x8F);
    return fits && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_shown(char letter) {
  const auto byte = static_cast<std::uint8_t>(letter);
  return byte >= 0x20 ? byte != 0x7F : letter == '\t' || letter == '\x1b';
}

std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      clean += kReplacement;
      ++at;
      continue;
    }
    if (length > 1 || is_shown(text[at])) clean += text.substr(at, length);
    at += length;
  }
  return clean;
}

}  // namespace

void LineSplitter::end_line(std::vector<std::string>& lines) {
  lines.push_back(cleaned(line_));
  line_.clear();
  returned_ = false;
  bar_told_.reset();
}

// Something else is written over what stands there: a frame of a progress bar.
void LineSplitter::go_back(std::vector<std::string>& lines, TimePoint now) {
  if (!bar_told_) {
    bar_told_ = now;
  } else if (now - *bar_told_ >= kBarEvery && !line_.empty()) {
    lines.push_back(cleaned(line_));
    bar_told_ = now;
  }
  line_.clear();
  returned_ = false;
}

std::vector<std::string> LineSplitter::push(std::string_view bytes, TimePoint now) {
  std::vector<std::string> lines;
  for (const char letter : bytes) {
    if (letter == '\n') {
      end_line(lines);
    } else if (letter == '\r') {
      returned_ = true;
    } else {
      if (returned_) go_back(lines, now);
      // Never within a sequence of UTF-8, which has three more bytes at most.
      const bool begins = (static_cast<std::uint8_t>(letter) & 0xC0U) != 0x80U;
      if (line_.size() >= kLineBytesMax && (begins || line_.size() >= kLineBytesMax + 3)) {
        end_line(lines);
      }
      line_ += letter;
    }
  }
  return lines;
}

std::vector<std::string> LineSplitter::finish() {
  std::vector<std::string> lines;
  if (!line_.empty()) end_line(lines);
  return lines;
}

}  // namespace kennel::compute

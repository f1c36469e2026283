#include "compute/line_splitter.h"

#include <cstdint>

#include "base/utf8.h"

namespace kennel::compute {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_shown(char letter) {
  const auto byte = static_cast<std::uint8_t>(letter);
  return byte >= 0x20 ? byte != 0x7F : letter == '\t' || letter == '\x1b';
}

std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = base::code_point_length(text.substr(at));
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
      const bool begins = !base::is_continuation(letter);
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

#include "wire/form_data.h"

#include <algorithm>

#include "base/error.h"
#include "http/parameters.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

// S3's limit for all that stands before the file.
constexpr std::size_t kBeforeFileBytesMax = 20 * base::kKiB;
constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kLineBytesMax = 4 * base::kKiB;
constexpr std::string_view kLineEnd = "\r\n";

tl::unexpected<ApiError> malformed(const std::string& what) {
  return refuse(
      {"MalformedPOSTRequest", 400,
       "The body of your POST request is not well-formed multipart/form-data: " + what + "."});
}

tl::unexpected<ApiError> too_large() {
  return refuse({"MaxPostPreDataLengthExceededError", 400,
                 "Your POST request fields preceding the upload file were too large."});
}

bool is_text(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

std::string last_of_path(std::string_view path) {
  const std::size_t mark = path.find_last_of("/\\");
  return std::string(mark == std::string_view::npos ? path : path.substr(mark + 1));
}

}  // namespace

FormParser::FormParser(std::string_view boundary) {
  delimiter_.append(kLineEnd).append("--").append(boundary);
}

Outcome<void> FormParser::feed(base::ByteView bytes, base::Bytes& file) {
  if (file_ended()) return {};
  pending_ += base::as_text(bytes);
  for (bool goes_on = true; goes_on && !file_ended();) {
    KENNEL_TRY(goes_on, step(file));
  }
  if (file_ended()) pending_.clear();
  // Of the two line ends one is our own.
  const std::size_t before_file = in_file() ? taken_ : taken_ + pending_.size();
  if (before_file > kBeforeFileBytesMax + kLineEnd.size()) return too_large();
  return {};
}

Outcome<void> FormParser::finish() const {
  if (file_ended()) return {};
  if (state_ == State::kBetween && pending_.starts_with("--")) {
    return refuse({"IncorrectNumberOfFilesInPostRequest", 400,
                   "POST requires exactly one file upload per request."});
  }
  return malformed("it ends before its last boundary");
}

// Whether anything could be done; false: more bytes are needed.
Outcome<bool> FormParser::step(base::Bytes& file) {
  switch (state_) {
    case State::kPreamble:
      return read_preamble();
    case State::kBetween:
      return read_between();
    case State::kHead:
      return read_head();
    case State::kField:
      return read_field();
    case State::kFile:
      return read_file(file);
    case State::kDone:
      break;
  }
  return false;
}

void FormParser::take(std::size_t bytes) {
  pending_.erase(0, bytes);
  if (!in_file()) taken_ += bytes;
}

Outcome<bool> FormParser::read_preamble() {
  const std::size_t at = pending_.find(delimiter_);
  if (at == std::string::npos) return false;
  take(at + delimiter_.size());
  state_ = State::kBetween;
  return true;
}

// The rest of the delimiter's line: blanks and its end, or "--" behind the last part.
Outcome<bool> FormParser::read_between() {
  if (pending_.starts_with("--")) {
    if (has_file_) state_ = State::kDone;
    return false;
  }
  const std::size_t end = pending_.find_first_not_of(" \t");
  if (end == std::string::npos || pending_ == "-") return false;
  const std::string_view rest = std::string_view(pending_).substr(end);
  if (!kLineEnd.starts_with(rest.substr(0, kLineEnd.size()))) {
    return malformed("a boundary is not alone on its line");
  }
  if (rest.size() < kLineEnd.size()) return false;
  take(end + kLineEnd.size());
  name_.reset();
  part_file_name_.reset();
  state_ = has_file_ ? State::kDone : State::kHead;
  return true;
}

Outcome<bool> FormParser::read_head() {
  const std::size_t end = pending_.find(kLineEnd);
  if (std::min(end, pending_.size()) > kLineBytesMax) return malformed("a header is too long");
  if (end == std::string::npos) return false;
  if (end > 0) {
    KENNEL_TRY_VOID(read_head_line(std::string_view(pending_).substr(0, end)));
    take(end + kLineEnd.size());
  } else {
    take(kLineEnd.size());
    KENNEL_TRY_VOID(begin_content());
  }
  return true;
}

Outcome<void> FormParser::read_head_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (!is_text(line) || colon == std::string_view::npos || colon == 0 || line.front() == ' ' ||
      line.front() == '\t') {
    return malformed("a part's header '" + show(line) + "' cannot be read");
  }
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (!base::equals_ignoring_case(line.substr(0, colon), "Content-Disposition")) return {};
  const auto disposition = http::parse_parameterized(value);
  if (name_ || !disposition || disposition->word != "form-data") {
    return malformed("a part's header '" + show(line) + "' cannot be read");
  }
  name_ = disposition->find("name");
  part_file_name_ = disposition->find("filename");
  return {};
}

Outcome<void> FormParser::begin_content() {
  if (!name_) return malformed("a part has no name");
  if (base::equals_ignoring_case(*name_, "file")) {
    file_name_ = last_of_path(part_file_name_.value_or(""));
    state_ = State::kFile;
    return {};
  }
  if (base::find_field(fields_, *name_)) {
    return malformed("the field '" + show(*name_) + "' is there more than once");
  }
  if (fields_.size() == kFieldsMax) return too_large();
  state_ = State::kField;
  return {};
}

Outcome<bool> FormParser::read_field() {
  const std::size_t end = pending_.find(delimiter_);
  if (end == std::string::npos) return false;
  if (!is_text(std::string_view(pending_).substr(0, end))) {
    return malformed("the field '" + show(*name_) + "' is not UTF-8");
  }
  fields_.push_back({*std::move(name_), pending_.substr(0, end)});
  take(end + delimiter_.size());
  state_ = State::kBetween;
  return true;
}

Outcome<bool> FormParser::read_file(base::Bytes& file) {
  const std::size_t end = pending_.find(delimiter_);
  const bool found = end != std::string::npos;
  // What could be the start of the delimiter is kept back.
  const std::size_t kept = std::min(pending_.size(), delimiter_.size() - 1);
  const std::size_t given = found ? end : pending_.size() - kept;
  const base::ByteView bytes = base::as_bytes(pending_).first(given);
  file.insert(file.end(), bytes.begin(), bytes.end());
  take(found ? end + delimiter_.size() : given);
  if (!found) return false;
  has_file_ = true;
  state_ = State::kBetween;
  return true;
}

}  // namespace kennel::wire

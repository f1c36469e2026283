#include "http/chunked.h"

#include <algorithm>

#include "http/grammar.h"

namespace kennel::http {

namespace {

constexpr std::size_t kSizeLineMax = 256;  // the size and its extensions
constexpr std::size_t kTrailersMax = 8192;
constexpr std::size_t kSizeDigitsMax = 15;  // an exbibyte

}  // namespace

tl::unexpected<base::Error> ChunkDecoder::refuse(std::string message) {
  place_ = Place::kBroken;
  return base::fail(base::ErrorKind::kInvalid, std::move(message));
}

base::Result<ChunkDecoder::Step> ChunkDecoder::decode(std::string_view input,
                                                      std::size_t data_max) {
  base::check(place_ != Place::kBroken, "a broken body is not read on");
  Step step;
  while (step.consumed < input.size() && place_ != Place::kDone) {
    const std::string_view rest = input.substr(step.consumed);
    if (place_ == Place::kData) {
      step.data = rest.substr(0, std::min<std::uint64_t>(left_, data_max));
      step.consumed += step.data.size();
      skip_data(step.data.size());
      break;
    }
    KENNEL_TRY(const std::size_t taken,
               take_line_part(rest, place_ == Place::kTrailer ? kTrailersMax : kSizeLineMax));
    step.consumed += taken;
  }
  return step;
}

void ChunkDecoder::skip_data(std::uint64_t count) {
  base::check(count <= data_left(), "only data is skipped");
  left_ -= count;
  if (left_ == 0) place_ = Place::kDataEnd;
}

// Collects a line, which may come in pieces; acts on it once its end is there.
base::Result<std::size_t> ChunkDecoder::take_line_part(std::string_view input,
                                                       std::size_t line_max) {
  const std::size_t end = input.find('\n');
  const std::size_t taken = end == std::string_view::npos ? input.size() : end + 1;
  if (line_.size() + taken > line_max) {
    return refuse("a chunk's size line or trailer is longer than " + std::to_string(line_max) +
                  " bytes");
  }
  line_.append(input, 0, taken);
  if (end != std::string_view::npos) KENNEL_TRY_VOID(end_line());
  return taken;
}

base::Result<void> ChunkDecoder::end_line() {
  if (!line_.ends_with("\r\n")) return refuse("a line of the chunked body ends with LF alone");
  line_.resize(line_.size() - 2);
  if (!std::ranges::all_of(line_, is_value_char)) {
    return refuse("the chunked body's framing holds a control character");
  }
  if (place_ == Place::kSize) {
    KENNEL_TRY_VOID(begin_chunk());
  } else if (place_ == Place::kTrailer) {
    KENNEL_TRY_VOID(end_trailer());
  } else if (line_.empty()) {
    place_ = Place::kSize;
  } else {
    return refuse("a chunk is longer than its size says");
  }
  line_.clear();
  return {};
}

base::Result<void> ChunkDecoder::begin_chunk() {
  const std::string_view digits = std::string_view(line_).substr(0, line_.find(';'));
  const auto size = parse_number(digits, 16);
  if (!size || digits.size() > kSizeDigitsMax) return refuse("a chunk's size is no number");
  left_ = *size;
  place_ = left_ == 0 ? Place::kTrailer : Place::kData;
  return {};
}

base::Result<void> ChunkDecoder::end_trailer() {
  if (line_.empty()) {
    place_ = Place::kDone;
    return {};
  }
  trailer_bytes_ += line_.size() + 2;
  if (trailer_bytes_ > kTrailersMax) return refuse("the trailers are too long");
  if (!is_token(std::string_view(line_).substr(0, line_.find(':'))) ||
      line_.find(':') == std::string::npos) {
    return refuse("a trailer is no header field");
  }
  return {};
}

}  // namespace kennel::http

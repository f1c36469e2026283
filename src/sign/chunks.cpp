#include "sign/chunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sign/chunk_chain.h"
#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/trailers.h"

namespace kennel::sign {
namespace {

constexpr std::string_view kExtension = ";chunk-signature=";
constexpr std::size_t kSizeLineMax = 16 + kExtension.size() + 64;  // 16: 64 bits in hex

// A line as it grows over the pieces of a body; ends with CRLF, which it holds until the end.
class LineReader {
 public:
  // Takes bytes off `bytes` to the end of the line at the most. True: the line is whole.
  Checked<bool> read(base::ByteView& bytes, std::size_t size_max) {
    while (!bytes.empty()) {
      const char letter = static_cast<char>(bytes[0]);
      bytes = bytes.subspan(1);
      const bool after_return = text_.ends_with('\r');
      if (after_return != (letter == '\n')) {
        return refuse_malformed("A line of the aws-chunked body does not end with CRLF, near " +
                                shown(text_));
      }
      if (after_return) {
        text_.pop_back();
        return true;
      }
      if (text_.size() == size_max && letter != '\r') {
        return refuse_malformed(fmt::format(
            "A line of the aws-chunked body is longer than {} bytes: {}", size_max, shown(text_)));
      }
      text_ += letter;
    }
    return false;
  }

  // The whole line; the next one begins.
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

struct SizeLine {
  std::uint64_t size;
  std::string signature;  // empty: none
};

// "1f;chunk-signature=<64 digits>", or "1f" alone.
Checked<SizeLine> parse_size_line(std::string_view line) {
  SizeLine parsed{};
  const auto [stop, error] =
      std::from_chars(line.data(), line.data() + line.size(), parsed.size, 16);
  const std::string_view rest = line.substr(static_cast<std::size_t>(stop - line.data()));
  if (error != std::errc() || !(rest.empty() || rest.starts_with(kExtension))) {
    return refuse_malformed(
        "A chunk must begin with its size in hexadecimal digits and ';chunk-signature=' where it "
        "is signed, got " +
        shown(line));
  }
  if (rest.empty()) return parsed;
  parsed.signature = rest.substr(kExtension.size());
  if (!is_hex_digest(parsed.signature)) {
    return refuse_malformed("A chunk-signature must be 64 lower-case hexadecimal digits, got " +
                            shown(parsed.signature));
  }
  return parsed;
}

}  // namespace

// kSizeLine -> kData -> kDataEnd -> kSizeLine ... -> kSizeLine (size 0) -> kTrailers -> kDone
struct ChunkDecoder::State {
  enum class Step { kSizeLine, kData, kDataEnd, kTrailers, kDone };

  State(const Claim& claim, const SigningKey& key, std::uint64_t decoded_length,
        std::vector<std::string> announced)
      : is_signed(claim.payload != Payload::kUnsignedChunksTrailer),
        may_have_trailers(claim.payload != Payload::kSignedChunks),
        length(decoded_length),
        chain(claim, key),
        trailers(std::move(announced), claim.payload == Payload::kSignedChunksTrailer) {}

  Checked<void> feed(base::ByteView bytes, base::Bytes& out);
  Checked<void> advance(base::ByteView& bytes, base::Bytes& out);
  Checked<void> begin_chunk(const std::string& line);
  Checked<void> check_size(const SizeLine& chunk) const;
  void take_data(base::ByteView& bytes, base::Bytes& out);
  Checked<void> end_chunk(const std::string& line, base::Bytes& out);
  Checked<void> take_trailer(const std::string& line);

  bool is_signed;
  bool may_have_trailers;
  std::uint64_t length;
  ChunkChain chain;
  Trailers trailers;
  Step step = Step::kSizeLine;
  LineReader line_reader;
  std::uint64_t decoded = 0;     // of the chunks that have begun
  std::uint64_t chunk_left = 0;  // still to come of this one
  std::string chunk_signature;
  base::Bytes held;  // of a signed chunk
  std::optional<Refusal> refusal;
};

Checked<void> ChunkDecoder::State::feed(base::ByteView bytes, base::Bytes& out) {
  while (!bytes.empty()) KENNEL_TRY_VOID(advance(bytes, out));
  return {};
}

Checked<void> ChunkDecoder::State::advance(base::ByteView& bytes, base::Bytes& out) {
  if (step == Step::kDone) {
    return refuse_malformed("Bytes stand after the end of the aws-chunked body.");
  }
  if (step == Step::kData) {
    take_data(bytes, out);
    return {};
  }
  const std::size_t line_max = step == Step::kSizeLine  ? kSizeLineMax
                               : step == Step::kDataEnd ? 0
                                                        : Trailers::kBytesMax;
  KENNEL_TRY(const bool is_whole, line_reader.read(bytes, line_max));
  if (!is_whole) return {};
  const std::string line = line_reader.take();
  if (step == Step::kSizeLine) return begin_chunk(line);
  return step == Step::kDataEnd ? end_chunk(line, out) : take_trailer(line);
}

Checked<void> ChunkDecoder::State::check_size(const SizeLine& chunk) const {
  if (is_signed && chunk.size > kChunkBytesMax) {
    return refuse_malformed(fmt::format("A signed chunk has at most {} bytes, this one has {}.",
                                        kChunkBytesMax, chunk.size));
  }
  if (chunk.size > length - decoded || (chunk.size == 0 && decoded != length)) {
    return refuse_malformed(fmt::format(
        "The chunks have {}{} bytes, x-amz-decoded-content-length says {}.",
        chunk.size == 0 ? "" : "more than ", chunk.size == 0 ? decoded : length, length));
  }
  return {};
}

Checked<void> ChunkDecoder::State::begin_chunk(const std::string& line) {
  KENNEL_TRY(SizeLine chunk, parse_size_line(line));
  if (is_signed == chunk.signature.empty()) {
    return refuse_malformed(is_signed
                                ? "A chunk of a signed body has no chunk-signature."
                                : "A chunk of STREAMING-UNSIGNED-PAYLOAD-TRAILER has a signature.");
  }
  KENNEL_TRY_VOID(check_size(chunk));
  decoded += chunk.size;
  chunk_left = chunk.size;
  chunk_signature = std::move(chunk.signature);
  step = chunk.size == 0 ? Step::kTrailers : Step::kData;
  if (chunk.size == 0 && is_signed) return chain.check_chunk({}, chunk_signature);
  return {};
}

void ChunkDecoder::State::take_data(base::ByteView& bytes, base::Bytes& out) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left, bytes.size()));
  const base::ByteView data = bytes.first(count);
  base::Bytes& target = is_signed ? held : out;
  target.insert(target.end(), data.begin(), data.end());
  bytes = bytes.subspan(count);
  chunk_left -= count;
  if (chunk_left == 0) step = Step::kDataEnd;
}

Checked<void> ChunkDecoder::State::end_chunk(const std::string& line, base::Bytes& out) {
  base::check(line.empty(), "a line of at most 0 bytes is empty");
  step = Step::kSizeLine;
  if (!is_signed) return {};
  KENNEL_TRY_VOID(chain.check_chunk(held, chunk_signature));
  out.insert(out.end(), held.begin(), held.end());
  held.clear();
  return {};
}

Checked<void> ChunkDecoder::State::take_trailer(const std::string& line) {
  if (!line.empty()) {
    if (may_have_trailers) return trailers.add(line);
    return refuse_malformed(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD has no trailers; their signature would be missing. "
        "Got " +
        shown(line));
  }
  step = Step::kDone;
  KENNEL_TRY_VOID(trailers.check_complete());
  if (trailers.signature().empty()) return {};
  return chain.check_trailers(trailers.canonical(), trailers.signature());
}

ChunkDecoder::ChunkDecoder(const Claim& claim, const SigningKey& key, std::uint64_t decoded_length,
                           std::vector<std::string> announced_trailers)
    : state_(std::make_unique<State>(claim, key, decoded_length, std::move(announced_trailers))) {
  base::check(claim.payload == Payload::kSignedChunks ||
                  claim.payload == Payload::kSignedChunksTrailer ||
                  claim.payload == Payload::kUnsignedChunksTrailer,
              "only a body in chunks is decoded");
}

ChunkDecoder::~ChunkDecoder() = default;
ChunkDecoder::ChunkDecoder(ChunkDecoder&&) noexcept = default;
ChunkDecoder& ChunkDecoder::operator=(ChunkDecoder&&) noexcept = default;

Checked<void> ChunkDecoder::feed(base::ByteView bytes, base::Bytes& out) {
  if (state_->refusal) return tl::unexpected(*state_->refusal);
  auto fed = state_->feed(bytes, out);
  if (!fed) state_->refusal = fed.error();
  return fed;
}

Checked<void> ChunkDecoder::finish() {
  if (state_->refusal) return tl::unexpected(*state_->refusal);
  if (state_->step == State::Step::kDone) return {};
  return refuse_malformed(
      fmt::format("The aws-chunked body ends early: {} of {} bytes came. Send it whole, with its "
                  "last chunk of size 0.",
                  state_->decoded - state_->chunk_left, state_->length));
}

const base::Fields& ChunkDecoder::trailers() const { return state_->trailers.fields(); }

}  // namespace kennel::sign

// Any bytes to the decoder of aws-chunked bodies, in one piece and in pieces: both give the same.
// The first byte chooses the kind of body, the second how it is split.
#include "sign/chunks.h"

#include <algorithm>

namespace {

namespace base = kennel::base;
namespace sign = kennel::sign;

constexpr std::uint64_t kDecodedLength = 11;

struct Decoded {
  base::Bytes bytes;
  std::string refusal;  // empty: none
  base::Fields trailers;

  bool operator==(const Decoded&) const = default;
};

sign::Claim claim_for(std::uint8_t choice) {
  sign::Claim claim;
  claim.scope = {"20261121", "us-east-1", "s3"};
  claim.signed_at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  claim.signature = std::string(64, 'a');
  constexpr sign::Payload kKinds[]{sign::Payload::kSignedChunks,
                                   sign::Payload::kSignedChunksTrailer,
                                   sign::Payload::kUnsignedChunksTrailer};
  claim.payload = kKinds[choice % 3];
  return claim;
}

Decoded decode(base::ByteView body, std::uint8_t choice, std::size_t piece_max) {
  const sign::Claim claim = claim_for(choice);
  const auto key = sign::derive_signing_key("secret", claim.scope);
  const bool has_trailers = claim.payload != sign::Payload::kSignedChunks;
  sign::ChunkDecoder decoder(
      claim, key, kDecodedLength,
      has_trailers ? std::vector<std::string>{"x-amz-checksum-crc32"} : std::vector<std::string>{});
  Decoded decoded;
  sign::Checked<void> outcome;
  while (outcome && !body.empty()) {
    const base::ByteView piece = body.first(std::min(piece_max, body.size()));
    body = body.subspan(piece.size());
    outcome = decoder.feed(piece, decoded.bytes);
  }
  if (outcome) outcome = decoder.finish();
  if (!outcome) decoded.refusal = outcome.error().message;
  decoded.trailers = decoder.trailers();
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const base::ByteView body = base::ByteView(data, size).subspan(2);
  const Decoded whole = decode(body, data[0], body.size());
  base::check(whole == decode(body, data[0], 1 + data[1] % 16), "splits make no difference");
  base::check(whole.bytes.size() <= kDecodedLength, "no more comes out than was announced");
  base::check(!whole.refusal.empty() || whole.bytes.size() == kDecodedLength,
              "an accepted body is whole");
  return 0;
}

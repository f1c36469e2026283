// aws-chunked bodies: the decoder takes bytes as they come and gives out what has been vouched for.
//
//   chunk   = size in hex [";chunk-signature=" 64 hex digits] CRLF data CRLF
//   body    = *chunk, the last one "0" without data and its CRLF, *(name ":" value CRLF) CRLF
//
// One thread at a time. After a refusal every call gives the same one again.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "sign/sigv4.h"

namespace kennel::sign {

// One body. Bytes of a signed chunk come out only after the chunk's signature held; so a chunk is
// held in memory, and may have at most `kChunkBytesMax`. Unsigned chunks come out as they stream,
// at any size: whatever trails behind may still refuse them.
class ChunkDecoder {
 public:
  static constexpr std::size_t kChunkBytesMax = 16 * base::kMiB;

  // `claim` and `key` as for check_signature; `decoded_length` is x-amz-decoded-content-length,
  // `announced_trailers` the names in x-amz-trailer.
  ChunkDecoder(const Claim& claim, const SigningKey& key, std::uint64_t decoded_length,
               std::vector<std::string> announced_trailers);
  ~ChunkDecoder();
  ChunkDecoder(ChunkDecoder&&) noexcept;
  ChunkDecoder& operator=(ChunkDecoder&&) noexcept;

  // Takes all of `bytes`, appends what they gave to `out`.
  [[nodiscard]] Checked<void> feed(base::ByteView bytes, base::Bytes& out);
  // After the last byte of the body: refuses a body that ends too early or is shorter than it said.
  [[nodiscard]] Checked<void> finish();
  // x-amz-checksum-* and whatever else was announced; whole after `finish`.
  [[nodiscard]] const base::Fields& trailers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kennel::sign

// A body as it comes over the wire, taken out of its aws-chunked coding and held against the
// signature on the way. Loop thread only; the exchange outlives it.
#pragma once

#include <memory>

#include "sign/chunks.h"
#include "wire/body_stream.h"
#include "wire/exchange.h"

namespace kennel::wire {

class VouchedBody final : public BodyStream {
 public:
  // Refused: it says that it is longer than `bytes_max`, or is aws-chunked and does not say how
  // long it is.
  [[nodiscard]] static Outcome<std::unique_ptr<VouchedBody>> open(Exchange& exchange,
                                                                  const sign::Claim& claim,
                                                                  const sign::SigningKey& key,
                                                                  std::uint64_t bytes_max);

  [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
  [[nodiscard]] std::optional<base::Digest> sha256() const override { return sha256_; }
  [[nodiscard]] aio::Task<Outcome<std::size_t>> read(std::span<std::uint8_t> into) override;
  [[nodiscard]] base::Fields trailers() const override;

 private:
  VouchedBody(Exchange& exchange, std::uint64_t bytes_max)
      : exchange_(exchange), bytes_max_(bytes_max) {}
  [[nodiscard]] aio::Task<Outcome<std::size_t>> receive(std::span<std::uint8_t> into);
  [[nodiscard]] aio::Task<Outcome<std::size_t>> read_chunks(std::span<std::uint8_t> into);
  [[nodiscard]] Outcome<void> held(const sign::Checked<void>& checked) const;

  Exchange& exchange_;
  std::uint64_t bytes_max_;
  std::optional<std::uint64_t> length_;
  std::optional<base::Digest> sha256_;
  std::uint64_t given_ = 0;
  std::optional<sign::ChunkDecoder> chunks_;
  base::Bytes raw_;        // as it came
  base::Bytes decoded_;    // and what the decoder gave
  std::size_t taken_ = 0;  // of `decoded_`
  bool ended_ = false;
};

}  // namespace kennel::wire

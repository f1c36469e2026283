// A form as it comes over the wire: its fields first, and then its file as a body that streams.
// Loop thread only; the exchange outlives it.
#pragma once

#include <memory>

#include "wire/body_stream.h"
#include "wire/exchange.h"
#include "wire/form_data.h"
#include "wire/post_policy.h"

namespace kennel::wire {

class FormBody final : public BodyStream {
 public:
  // Reads up to the file's first bytes. Refused: it is no form.
  [[nodiscard]] static aio::Task<Outcome<std::unique_ptr<FormBody>>> open(Exchange& exchange);

  [[nodiscard]] const base::Fields& fields() const { return parser_.fields(); }
  [[nodiscard]] const std::string& file_name() const { return parser_.file_name(); }
  // What the file may have; said before it is read.
  void limit(const SizeRange& range) { range_ = range; }

  // Where the file ends only its end says.
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint64_t> length_max() const override;
  [[nodiscard]] std::optional<base::Digest> sha256() const override { return std::nullopt; }
  [[nodiscard]] aio::Task<Outcome<std::size_t>> read(std::span<std::uint8_t> into) override;
  [[nodiscard]] base::Fields trailers() const override { return {}; }

 private:
  FormBody(Exchange& exchange, std::string_view boundary)
      : exchange_(exchange), parser_(boundary) {}
  [[nodiscard]] aio::Task<Outcome<void>> receive();
  [[nodiscard]] Outcome<void> check_size() const;

  Exchange& exchange_;
  FormParser parser_;
  SizeRange range_;
  base::Bytes raw_;        // as it came
  base::Bytes file_;       // and what of it is the file's
  std::size_t taken_ = 0;  // of `file_`
  std::uint64_t given_ = 0;
  bool ended_ = false;
};

}  // namespace kennel::wire

// The body of one request as it comes over its connection: by length or in chunks, paced, with
// `100 Continue` on the first read. Loop thread only; lives as long as its request.
#pragma once

#include "http/chunked.h"
#include "http/head.h"
#include "http/input.h"
#include "http/server.h"
#include "http/transport.h"

namespace kennel::http {

class RequestBody final : public BodyReader {
 public:
  RequestBody(Transport& transport, Input& input, const ServerOptions& options,
              const ParsedHead& head);

  [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
  aio::Task<base::Result<std::size_t>> read(std::span<std::uint8_t> into) override;
  void when_gone(std::function<void()> on_gone) override;

  [[nodiscard]] bool complete() const;
  // Whether what is left is little and on its way, so that the connection can be kept.
  [[nodiscard]] bool can_be_skipped();
  // Reads what is left; false when that failed.
  [[nodiscard]] aio::Task<bool> skip();

 private:
  aio::Task<base::Result<std::size_t>> read_by_length(std::span<std::uint8_t> into);
  aio::Task<base::Result<std::size_t>> read_chunks(std::span<std::uint8_t> into);
  aio::Task<base::Result<std::size_t>> receive(std::span<std::uint8_t> into);
  aio::Task<base::Result<void>> receive_more_input();
  aio::Task<base::Result<void>> ask_for_it();
  void count_towards_pace(std::size_t bytes);
  tl::unexpected<base::Error> break_off(base::Error error);

  Transport& transport_;
  Input& input_;
  const ServerOptions& options_;
  std::optional<std::uint64_t> length_;
  bool chunked_;
  bool continue_pending_;
  bool broken_ = false;
  std::uint64_t left_;
  ChunkDecoder decoder_;
  // The client may keep us waiting this long until it has sent `pace_bytes_left_` more.
  std::chrono::nanoseconds patience_left_;
  std::uint64_t pace_bytes_left_;
};

}  // namespace kennel::http

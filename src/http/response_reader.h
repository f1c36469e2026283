// One answer as it comes over a client's connection, in every framing. Loop thread only; one reader
// an answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "aio/task.h"
#include "http/client_error.h"
#include "http/input.h"
#include "http/response_head.h"
#include "http/transport.h"

namespace kennel::http {

class ResponseReader {
 public:
  // What came and belongs to what follows stays in `input`.
  ResponseReader(Transport& transport, Input& input, std::size_t body_bytes_max);

  // The head of the answer itself: those of 100 Continue and its kind are passed over.
  [[nodiscard]] aio::Task<ClientResult<ResponseHead>> read_head();
  [[nodiscard]] aio::Task<ClientResult<std::string>> read_body(ResponseHead head);

  // Whether anything came.
  [[nodiscard]] bool begun() const { return begun_; }

 private:
  // 0: the server closed.
  aio::Task<ClientResult<std::size_t>> read_some(std::span<std::uint8_t> into);
  aio::Task<ClientResult<void>> need_more();
  aio::Task<ClientResult<std::string>> read_by_length(std::uint64_t length);
  aio::Task<ClientResult<std::string>> read_chunks();
  aio::Task<ClientResult<std::string>> read_to_the_end();
  [[nodiscard]] tl::unexpected<ClientError> too_large() const;

  Transport& transport_;
  Input& input_;
  std::size_t body_bytes_max_;
  bool begun_ = false;
};

}  // namespace kennel::http

// What a handler sees of HTTP/1.1: a head, a body that comes as a stream, an answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aio/task.h"
#include "base/error.h"
#include "base/field.h"

namespace kennel::http {

struct RequestHead {
  std::string method;   // as sent: "GET", "POST"
  std::string target;   // as sent, in origin form: "/path?query", neither decoded nor normalized
  base::Fields fields;  // as sent, in order; values without surrounding blanks
  std::string peer_address;  // "127.0.0.1", without the port
  bool tls = false;

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    return base::find_field(fields, name);
  }
};

// The body of one request, read on the loop thread, one read at a time. Where the client waits for
// it, `100 Continue` goes out with the first `read`: a handler that refuses a request by its head
// alone never asks for the body.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Content-Length, where the client said it.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const = 0;
  // Up to `into.size()` bytes; 0 at the end. kInvalid: broken framing; kInterrupted: the client
  // went away or was too slow. After an error the connection is closed once the answer is sent.
  virtual aio::Task<base::Result<std::size_t>> read(std::span<std::uint8_t> into) = 0;
  // Once the body was read to its end: `on_gone` comes on the loop thread if the client closes its
  // side before the handler returns, and so waits for no answer. A client that sends a next request
  // meanwhile is not watched any more.
  virtual void when_gone(std::function<void()> on_gone) = 0;
};

// Where a streamed answer comes from.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Up to `into.size()` bytes; 0 at the end. An error cuts the connection, so that the client
  // does not take half an answer for a whole one.
  virtual aio::Task<base::Result<std::size_t>> next(std::span<std::uint8_t> into) = 0;
};

struct Response {
  int status = 200;
  base::Fields fields;  // without Content-Length, Date and Connection: the session adds them
  std::string body;
  std::unique_ptr<BodyWriter> stream;  // instead of `body`
  // Absent: chunked. An answer to HEAD may give it without a stream.
  std::optional<std::uint64_t> stream_length;
  bool close = false;  // close the connection after this answer
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Runs on the loop thread; never throws. `head` and `body` live until the answer is sent.
  virtual aio::Task<Response> handle(const RequestHead& head, BodyReader& body) = 0;
};

}  // namespace kennel::http

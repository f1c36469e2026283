// One connection from its first byte to its last: TLS or plain, then request after request.
//
//   opening -> idle -> head -> handler (reads the body) -> answer -> idle ... -> closing
//
// Loop thread only. Each answer is sent before the next head is read, so pipelined requests are
// answered in their order.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/answer.h"
#include "http/head.h"
#include "http/input.h"
#include "http/request_body.h"
#include "http/server.h"
#include "http/transport.h"

namespace kennel::http {

// What all sessions of a server share. Loop thread only, but for `options`.
struct SessionContext {
  ServerOptions options;
  Handler& handler;
  TlsContext tls;  // null: plain only
  DateText date;
  // Set: answers close their connections, and idle ones are closed from then on.
  std::optional<std::chrono::steady_clock::time_point> draining_until = {};
};

class Session {
 public:
  Session(SessionContext& context, boost::asio::ip::tcp::socket socket, std::string peer_address);

  // Returns once the connection is at its end.
  [[nodiscard]] aio::Task<> run();

  // Waits for a request's first byte, or for the connection's.
  [[nodiscard]] bool idle() const { return idle_; }
  void cut() { transport_.cut(); }

 private:
  struct Request {
    ParsedHead parsed;
    BodyFraming framing = BodyFraming::kLength;  // of the answer
    bool keep_alive = false;                     // as the answer says
  };

  [[nodiscard]] aio::Task<bool> open();
  [[nodiscard]] aio::Task<bool> serve_one();
  [[nodiscard]] aio::Task<HeadResult<ParsedHead>> read_head();
  [[nodiscard]] aio::Task<std::size_t> read_more(Transport::Timeout timeout);
  [[nodiscard]] aio::Task<bool> refuse(HeadError error);
  [[nodiscard]] aio::Task<bool> answer(const Request& request, Response& response);
  [[nodiscard]] aio::Task<bool> send_body(std::string_view body);
  [[nodiscard]] aio::Task<bool> send_stream(Response& response, bool chunked);
  [[nodiscard]] aio::Task<bool> write(std::string_view first, std::string_view second = {});
  void begin_answer(const Request& request, const Response& response);

  SessionContext& context_;
  std::string peer_address_;
  Transport transport_;
  Input input_;
  std::string out_;  // a head, or a chunk's size: goes out with what follows it
  std::optional<Transport::Timeout> linger_;  // absent: there may be much that nobody read
  bool is_tls_ = false;
  bool idle_ = true;
  bool first_ = true;  // no request came yet
};

}  // namespace kennel::http

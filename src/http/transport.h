// One connection, plain or TLS: bytes in, bytes out, each wait with a deadline.
//
// Loop thread only. One coroutine waits at a time; `cut` may come from any other on that thread.
// Whatever is possible at once is done without waiting, so that a warm connection costs one
// system call a read and one a write.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "aio/deadline.h"
#include "aio/task.h"
#include "http/tls.h"

namespace kennel::http {

class Transport {
 public:
  using Timeout = std::chrono::nanoseconds;

  explicit Transport(boost::asio::ip::tcp::socket socket);

  // Whether the first byte, which stays where it is, begins a TLS handshake; nullopt: none came.
  [[nodiscard]] aio::Task<std::optional<bool>> peek_is_tls(Timeout timeout);
  [[nodiscard]] aio::Task<bool> accept_tls(SSL_CTX* context, Timeout timeout);
  // `tls` knows whom to expect.
  [[nodiscard]] aio::Task<bool> connect_tls(TlsConnection tls, Timeout timeout);
  [[nodiscard]] const SSL* tls() const { return tls_.get(); }  // null: plain
  [[nodiscard]] boost::asio::any_io_executor loop() { return socket_.get_executor(); }

  // At least one byte; 0: the peer closed, broke the connection (`complaint`) or was too slow
  // (`timed_out`).
  [[nodiscard]] aio::Task<std::size_t> read(std::span<std::uint8_t> into, Timeout timeout);
  // Both, one after the other, in one piece where that is possible. The timeout is for each wait
  // until the peer has taken some of it.
  [[nodiscard]] aio::Task<bool> write(std::string_view first, std::string_view second,
                                      Timeout timeout);
  [[nodiscard]] bool timed_out() const { return deadline_.passed(); }
  // What broke the connection, in the system's words; empty: nothing did. Over TLS an end that was
  // not announced is a break: it may have been cut.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  // Whether the connection is open and nothing has come that was not read.
  [[nodiscard]] bool is_at_rest();

  // Calls `on_end` if the client closes its side before it sends more and before `stop_watching`.
  // Nothing else waits meanwhile.
  void watch(std::function<void()> on_end);
  void stop_watching();

  // Says that no more comes, then waits for the client to close, so that the last answer is not
  // lost in the reset that unread bytes would cause.
  [[nodiscard]] aio::Task<> close_gracefully(Timeout patience);
  // The end of TLS, as far as it can be said without waiting.
  void announce_end();
  // Ends reading and writing at once; whoever waits sees the end.
  void cut();
  // Lets the client see a broken connection rather than an end.
  void reset();

 private:
  enum class Outcome { kDone, kWantsRead, kWantsWrite, kEnd };
  struct Attempt {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  Attempt try_read(std::span<std::uint8_t> into);
  Attempt try_write(std::string_view first, std::string_view second);
  Attempt try_handshake();
  Attempt judge_plain(ssize_t count, Outcome when_blocked);
  Attempt judge_tls(int returned, std::size_t bytes);
  void begin_tls(TlsConnection tls);
  aio::Task<bool> shake_hands(Timeout timeout);
  aio::Task<bool> wait(Outcome wanted, Timeout timeout);
  [[nodiscard]] int descriptor() { return socket_.native_handle(); }

  boost::asio::ip::tcp::socket socket_;
  TlsConnection tls_;
  aio::Deadline deadline_;
  std::shared_ptr<bool> watching_;  // set while it goes on; false once it is over
  std::string complaint_;
  bool cut_ = false;
  bool tls_broken_ = false;  // OpenSSL wants no further calls
};

}  // namespace kennel::http

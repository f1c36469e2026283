// One accepted connection, plain or TLS: bytes in, bytes out, each wait with a deadline.
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

  // At least one byte; 0: the client went away, broke the connection or was too slow (`timed_out`).
  [[nodiscard]] aio::Task<std::size_t> read(std::span<std::uint8_t> into, Timeout timeout);
  // Both, one after the other, in one piece where that is possible. The timeout is for each wait
  // until the client has taken some of it.
  [[nodiscard]] aio::Task<bool> write(std::string_view first, std::string_view second,
                                      Timeout timeout);
  [[nodiscard]] bool timed_out() const { return deadline_.passed(); }

  // Calls `on_end` if the client closes its side before it sends more and before `stop_watching`.
  // Nothing else waits meanwhile.
  void watch(std::function<void()> on_end);
  void stop_watching();

  // Says that no more comes, then waits for the client to close, so that the last answer is not
  // lost in the reset that unread bytes would cause.
  [[nodiscard]] aio::Task<> close_gracefully(Timeout patience);
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
  Attempt judge_plain(ssize_t count, Outcome when_blocked) const;
  Attempt judge_tls(int returned, std::size_t bytes);
  aio::Task<bool> wait(Outcome wanted, Timeout timeout);
  [[nodiscard]] int descriptor() { return socket_.native_handle(); }

  boost::asio::ip::tcp::socket socket_;
  TlsConnection tls_;
  aio::Deadline deadline_;
  std::shared_ptr<bool> watching_;  // set while it goes on; false once it is over
  bool cut_ = false;
  bool tls_broken_ = false;  // OpenSSL wants no further calls
};

}  // namespace kennel::http

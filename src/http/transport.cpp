#include "http/transport.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

namespace kennel::http {

namespace {

constexpr unsigned char kTlsHandshake = 0x16;  // the first byte of a TLS connection
constexpr std::size_t kLingerBytesMax = 4 * base::kMiB;

using Socket = boost::asio::ip::tcp::socket;

iovec to_iovec(std::string_view bytes) {
  return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
}

}  // namespace

Transport::Transport(Socket socket)
    : socket_(std::move(socket)), deadline_(socket_.get_executor(), [this] {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
      }) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

aio::Task<bool> Transport::wait(Outcome wanted, Timeout timeout) {
  if (wanted == Outcome::kEnd || cut_) co_return false;
  deadline_.set(timeout);
  boost::system::error_code error;
  auto ready =
      socket_.async_wait(wanted == Outcome::kWantsRead ? Socket::wait_read : Socket::wait_write,
                         boost::asio::redirect_error(boost::asio::use_awaitable, error));
  co_await std::move(ready);
  deadline_.clear();
  co_return !error && !cut_;
}

void Transport::watch(std::function<void()> on_end) {
  watching_ = std::make_shared<bool>(true);
  socket_.async_wait(Socket::wait_read, [this, watching = watching_, on_end = std::move(on_end)](
                                            const boost::system::error_code& error) {
    if (error || !*watching) return;
    char first = 0;
    const ssize_t count = ::recv(descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (judge_plain(count, Outcome::kWantsRead).outcome == Outcome::kEnd) on_end();
  });
}

void Transport::stop_watching() {
  if (!watching_) return;
  *watching_ = false;
  watching_.reset();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Transport::Attempt Transport::judge_plain(ssize_t count, Outcome when_blocked) {
  if (count > 0) return {Outcome::kDone, static_cast<std::size_t>(count)};
  if (count == 0) return {Outcome::kEnd};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {when_blocked};
  complaint_ = std::strerror(errno);
  return {Outcome::kEnd};
}

Transport::Attempt Transport::judge_tls(int returned, std::size_t bytes) {
  if (returned == 1) return {Outcome::kDone, bytes};
  const int reason = SSL_get_error(tls_.get(), returned);
  if (reason == SSL_ERROR_WANT_READ) return {Outcome::kWantsRead};
  if (reason == SSL_ERROR_WANT_WRITE) return {Outcome::kWantsWrite};
  tls_broken_ = reason != SSL_ERROR_ZERO_RETURN;
  if (tls_broken_) {
    const bool by_system = reason == SSL_ERROR_SYSCALL && errno != 0;
    complaint_ = by_system ? std::strerror(errno) : take_openssl_error();
  }
  ERR_clear_error();
  return {Outcome::kEnd};
}

Transport::Attempt Transport::try_read(std::span<std::uint8_t> into) {
  if (cut_ || tls_broken_) return {Outcome::kEnd};
  if (tls_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int returned = SSL_read_ex(tls_.get(), into.data(), into.size(), &bytes);
    return judge_tls(returned, bytes);
  }
  return judge_plain(::recv(descriptor(), into.data(), into.size(), 0), Outcome::kWantsRead);
}

Transport::Attempt Transport::try_write(std::string_view first, std::string_view second) {
  if (cut_ || tls_broken_) return {Outcome::kEnd};
  if (tls_) {
    ERR_clear_error();
    const std::string_view piece = first.empty() ? second : first;
    std::size_t bytes = 0;
    const int returned = SSL_write_ex(tls_.get(), piece.data(), piece.size(), &bytes);
    return judge_tls(returned, bytes);
  }
  std::array<iovec, 2> parts = {to_iovec(first), to_iovec(second)};
  const msghdr message{.msg_iov = parts.data(), .msg_iovlen = parts.size()};
  return judge_plain(::sendmsg(descriptor(), &message, MSG_NOSIGNAL), Outcome::kWantsWrite);
}

Transport::Attempt Transport::try_handshake() {
  if (cut_) return {Outcome::kEnd};
  ERR_clear_error();
  return judge_tls(SSL_do_handshake(tls_.get()), 0);
}

aio::Task<std::optional<bool>> Transport::peek_is_tls(Timeout timeout) {
  while (true) {
    unsigned char byte = 0;
    const Attempt attempt =
        judge_plain(::recv(descriptor(), &byte, 1, MSG_PEEK), Outcome::kWantsRead);
    if (attempt.outcome == Outcome::kDone) co_return byte == kTlsHandshake;
    auto waiting = wait(attempt.outcome, timeout);
    const bool ready = co_await std::move(waiting);
    if (!ready) co_return std::nullopt;
  }
}

void Transport::begin_tls(TlsConnection tls) {
  tls_ = std::move(tls);
  base::check(tls_ && SSL_set_fd(tls_.get(), descriptor()) == 1, "OpenSSL makes a connection");
}

aio::Task<bool> Transport::accept_tls(SSL_CTX* context, Timeout timeout) {
  begin_tls(TlsConnection(SSL_new(context)));
  SSL_set_accept_state(tls_.get());
  auto shaking = shake_hands(timeout);
  co_return co_await std::move(shaking);
}

aio::Task<bool> Transport::connect_tls(TlsConnection tls, Timeout timeout) {
  begin_tls(std::move(tls));
  SSL_set_connect_state(tls_.get());
  auto shaking = shake_hands(timeout);
  co_return co_await std::move(shaking);
}

// One time for the whole of it: a peer that sends a byte now and then is not waited for.
aio::Task<bool> Transport::shake_hands(Timeout timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const Attempt attempt = try_handshake();
    if (attempt.outcome == Outcome::kDone) co_return true;
    auto waiting = wait(attempt.outcome, end - std::chrono::steady_clock::now());
    const bool ready = co_await std::move(waiting);
    if (!ready) co_return false;
  }
}

aio::Task<std::size_t> Transport::read(std::span<std::uint8_t> into, Timeout timeout) {
  while (true) {
    const Attempt attempt = try_read(into);
    if (attempt.outcome == Outcome::kDone) co_return attempt.bytes;
    auto waiting = wait(attempt.outcome, timeout);
    const bool ready = co_await std::move(waiting);
    if (!ready) co_return 0;
  }
}

aio::Task<bool> Transport::write(std::string_view first, std::string_view second, Timeout timeout) {
  while (!first.empty() || !second.empty()) {
    const Attempt attempt = try_write(first, second);
    if (attempt.outcome == Outcome::kDone) {
      const std::size_t of_first = std::min(attempt.bytes, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(attempt.bytes - of_first);
      continue;
    }
    auto waiting = wait(attempt.outcome, timeout);
    const bool ready = co_await std::move(waiting);
    if (!ready) co_return false;
  }
  co_return true;
}

// What TLS sends on its own account (tickets) is taken in and counts for nothing.
bool Transport::is_at_rest() {
  if (cut_ || tls_broken_) return false;
  if (tls_) {
    ERR_clear_error();
    char byte = 0;
    std::size_t bytes = 0;
    return judge_tls(SSL_peek_ex(tls_.get(), &byte, 1, &bytes), bytes).outcome ==
           Outcome::kWantsRead;
  }
  char byte = 0;
  const ssize_t count = ::recv(descriptor(), &byte, 1, MSG_PEEK);
  return judge_plain(count, Outcome::kWantsRead).outcome == Outcome::kWantsRead;
}

void Transport::announce_end() {
  ERR_clear_error();
  if (tls_ && !tls_broken_ && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
  ERR_clear_error();
}

aio::Task<> Transport::close_gracefully(Timeout patience) {
  if (cut_) co_return;
  announce_end();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  const auto end = std::chrono::steady_clock::now() + patience;
  std::array<std::uint8_t, 16 * base::kKiB> forgotten;
  std::size_t total = 0;
  while (total < kLingerBytesMax && std::chrono::steady_clock::now() < end) {
    const Attempt attempt = judge_plain(::recv(descriptor(), forgotten.data(), forgotten.size(), 0),
                                        Outcome::kWantsRead);
    total += attempt.bytes;
    if (attempt.outcome == Outcome::kDone) continue;
    auto waiting = wait(attempt.outcome, end - std::chrono::steady_clock::now());
    const bool ready = co_await std::move(waiting);
    if (!ready) co_return;
  }
}

void Transport::cut() {
  cut_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.cancel(ignored);
}

void Transport::reset() {
  boost::system::error_code ignored;
  // Not through Asio, which takes the option back before it closes.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  cut_ = true;
  socket_.cancel(ignored);
}

}  // namespace kennel::http

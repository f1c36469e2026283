// A client for tests that sends exactly the bytes it is told, over a real socket.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace kennel::http {

class WireClient {
 public:
  explicit WireClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::connect(descriptor_, where, sizeof address), 0);
    // A server that never answers fails the test instead of hanging it.
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  ~WireClient() { ::close(descriptor_); }
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  // False when the server does not take it any more.
  bool try_send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void send(std::string_view bytes) { EXPECT_TRUE(try_send(bytes)); }
  void end_sending() { ::shutdown(descriptor_, SHUT_WR); }

  // Up to and with `mark`; what came where the server closed before it.
  std::string read_until(std::string_view mark) {
    while (true) {
      const std::size_t found = pending_.find(mark);
      if (found != std::string::npos) return take(found + mark.size());
      if (!read_some()) return take(pending_.size());
    }
  }
  std::string read_exactly(std::size_t count) {
    while (pending_.size() < count && read_some()) {
    }
    return take(std::min(count, pending_.size()));
  }
  // Reads and forgets; how much came.
  std::uint64_t skip(std::uint64_t count) {
    std::uint64_t skipped = 0;
    while (skipped < count && (!pending_.empty() || read_some())) {
      const auto piece = std::min<std::uint64_t>(count - skipped, pending_.size());
      pending_.erase(0, piece);
      skipped += piece;
    }
    return skipped;
  }
  // Until the server closes; `reset` tells whether it did so with a reset.
  std::string read_to_the_end() {
    while (read_some()) {
    }
    return take(pending_.size());
  }
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  [[nodiscard]] bool reset() const { return reset_; }

 private:
  bool read_some() {
    std::array<char, 65536> piece;
    const ssize_t count = ::recv(descriptor_, piece.data(), piece.size(), 0);
    timed_out_ = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    reset_ = count < 0 && errno == ECONNRESET;
    if (count <= 0) return false;
    pending_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  }

  int descriptor_;
  std::string pending_;
  bool timed_out_ = false;
  bool reset_ = false;
};

}  // namespace kennel::http

// A server for tests that answers with exactly the bytes it is told, one connection at a time.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/origin.h"

namespace kennel::http {

enum class After { kKeep, kClose, kReset, kHold };

// What a request is answered with, and what becomes of its connection.
struct ScriptedAnswer {
  std::string bytes;
  After after = After::kKeep;
};

class ScriptedServer {
 public:
  // Requests end with their head: bodies are not read.
  explicit ScriptedServer(std::vector<ScriptedAnswer> answers)
      : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, where, size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    ::getsockname(listener_, where, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    ::shutdown(connection_, SHUT_RDWR);
    wait_for_end();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::shared_ptr<const Origin> origin() const {
    return *Origin::resolve(*parse_url(url()), {});
  }
  // Until the last answer was given and its connection closed.
  void wait_for_end() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void serve() {
    std::size_t next = 0;
    while (next < answers_.size()) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      connection_ = connection;
      while (next < answers_.size() && answer(answers_[next])) ++next;
      if (next < answers_.size() && answered_) ++next;
      ::close(connection);
    }
  }

  // Whether the connection goes on.
  bool answer(const ScriptedAnswer& scripted) {
    answered_ = false;
    if (!read_request()) return false;
    answered_ = true;
    ::send(connection_, scripted.bytes.data(), scripted.bytes.size(), MSG_NOSIGNAL);
    if (scripted.after == After::kHold) read_request();
    if (scripted.after == After::kReset) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(connection_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return scripted.after == After::kKeep;
  }

  bool read_request() {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      std::array<char, 4096> piece;
      const ssize_t count = ::recv(connection_, piece.data(), piece.size(), 0);
      if (count <= 0) return false;
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return true;
  }

  std::vector<ScriptedAnswer> answers_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  bool answered_ = false;
  std::thread thread_;
};

}  // namespace kennel::http

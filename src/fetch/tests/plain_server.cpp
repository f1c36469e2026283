#include "fetch/tests/plain_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace kennel::fetch {

bool Connection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Connection::read_head() const {
  std::string head;
  char letter = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(descriptor_, &letter, 1, 0) == 1) head += letter;
  return head;
}

void Connection::wait_for_close() const {
  std::array<char, 4096> piece;
  while (::recv(descriptor_, piece.data(), piece.size(), 0) > 0) {
  }
}

PlainServer::PlainServer(Talk talk, const std::string& address)
    : talk_(std::move(talk)),
      bracketed_(address.find(':') == std::string::npos ? address : "[" + address + "]") {
  listen(address);
  accepting_ = std::thread([this] { accept_all(); });
}

PlainServer::~PlainServer() {
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  for (const int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RDWR);
  for (std::thread& talker : talkers_) talker.join();
  for (const int descriptor : descriptors_) ::close(descriptor);
  ::close(listener_);
}

std::string PlainServer::at(const std::string& host) const {
  return fmt::format("{}:{}", host, port_);
}

int PlainServer::connections() const {
  knock();
  return accepted_ - ++knocks_;
}

void PlainServer::knock() const {
  const int descriptor = ::socket(name_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&name_), name_size_), 0);
  ::shutdown(descriptor, SHUT_WR);
  Connection(descriptor).wait_for_close();
  ::close(descriptor);
}

void PlainServer::listen(const std::string& address) {
  const addrinfo wanted{.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  ASSERT_EQ(::getaddrinfo(address.c_str(), "0", &wanted, &found), 0) << address;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  listener_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener_, found->ai_addr, found->ai_addrlen), 0) << address;
  ASSERT_EQ(::listen(listener_, 16), 0);
  std::array<char, NI_MAXSERV> port{};
  auto* const name = reinterpret_cast<sockaddr*>(&name_);
  ASSERT_EQ(::getsockname(listener_, name, &name_size_), 0);
  ASSERT_EQ(::getnameinfo(name, name_size_, nullptr, 0, port.data(), port.size(), NI_NUMERICSERV),
            0);
  port_ = static_cast<std::uint16_t>(std::stoi(port.data()));
}

void PlainServer::accept_all() {
  while (true) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    ++accepted_;
    descriptors_.push_back(descriptor);
    talkers_.emplace_back([this, descriptor] {
      talk_(Connection(descriptor));
      // Closed by the destructor alone, so that no number is shut down that has a new owner.
      ::shutdown(descriptor, SHUT_RDWR);
    });
  }
}

PlainServer::Talk answers(std::map<std::string, Answering> paths) {
  return [paths = std::move(paths)](const Connection& connection) {
    const std::string head = connection.read_head();
    const std::size_t path_start = std::min(head.find(' ') + 1, head.size());
    const std::string path = head.substr(path_start, head.find(' ', path_start) - path_start);
    const auto found = paths.find(path);
    if (found != paths.end()) return found->second(connection, head);
    static_cast<void>(connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
  };
}

Answering says(std::string bytes) {
  return [bytes = std::move(bytes)](const Connection& connection, const std::string&) {
    static_cast<void>(connection.send(bytes));
  };
}

Answering says_and_holds(std::string bytes) {
  return [bytes = std::move(bytes)](const Connection& connection, const std::string&) {
    if (connection.send(bytes)) connection.wait_for_close();
  };
}

Answering Log::keeping(std::string answer) {
  return [this, answer = std::move(answer)](const Connection& connection, const std::string& head) {
    {
      const std::scoped_lock lock(mutex_);
      text_ += head;
    }
    static_cast<void>(connection.send(answer));
  };
}

std::string Log::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

std::string ok(std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

std::string redirect(std::string_view location, int status) {
  return fmt::format("HTTP/1.1 {} There\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", status,
                     location);
}

}  // namespace kennel::fetch

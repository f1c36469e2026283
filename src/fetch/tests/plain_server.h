// A server for tests on a free port of this machine: a thread and a function for each connection.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kennel::fetch {

// One side of a connection that is being answered.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}

  // False once the other side does not take it any more.
  [[nodiscard]] bool send(std::string_view bytes) const;
  // Up to the blank line; what came where the other side closed before it.
  [[nodiscard]] std::string read_head() const;
  void wait_for_close() const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

class PlainServer {
 public:
  using Talk = std::function<void(const Connection& connection)>;

  // `address` is an IPv4 or IPv6 address of this machine.
  explicit PlainServer(Talk talk, const std::string& address = "127.0.0.1");
  ~PlainServer();
  PlainServer(const PlainServer&) = delete;
  PlainServer& operator=(const PlainServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // "127.0.0.1:4711", "[::1]:4711".
  [[nodiscard]] std::string authority() const { return at(bracketed_); }
  // The same port under another host.
  [[nodiscard]] std::string at(const std::string& host) const;
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://" + authority() + path;
  }
  // How many came so far, for servers that answer a head that never came. Whoever is still in the
  // queue counts: one of our own is sent behind and waited for.
  [[nodiscard]] int connections() const;

 private:
  void knock() const;
  void listen(const std::string& address);
  void accept_all();

  Talk talk_;
  std::string bracketed_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<int> accepted_ = 0;
  mutable int knocks_ = 0;
  sockaddr_storage name_{};
  socklen_t name_size_ = sizeof name_;
  std::vector<int> descriptors_;      // of the accepting thread, then of the destructor
  std::vector<std::thread> talkers_;  // likewise
  std::thread accepting_;
};

// What a path does: it sends an answer of its own making.
using Answering = std::function<void(const Connection& connection, const std::string& head)>;

// Each path of `paths` with its answer, 404 for all others.
[[nodiscard]] PlainServer::Talk answers(std::map<std::string, Answering> paths);

// These bytes, and the connection's end.
[[nodiscard]] Answering says(std::string bytes);
// These bytes, and then nothing until the other side goes.
[[nodiscard]] Answering says_and_holds(std::string bytes);

// The heads of what was asked, one after the other. Outlives the servers that keep them there.
class Log {
 public:
  [[nodiscard]] Answering keeping(std::string answer);
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;  // guarded by mutex_
};

[[nodiscard]] std::string ok(std::string_view body);
[[nodiscard]] std::string redirect(std::string_view location, int status = 302);

}  // namespace kennel::fetch

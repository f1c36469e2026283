#include "instance/wire_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace kennel::instance {
namespace {

using base::ErrorKind;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr int kTickMs = 100;  // how late a stop may be seen

base::Result<void> check_patience(const Patience& patience, std::optional<TimePoint> deadline) {
  if (patience.stop != nullptr && *patience.stop) {
    return base::fail(ErrorKind::kInterrupted, "stopped while waiting for another instance");
  }
  if (deadline && patience.clock.now() >= *deadline) {
    return base::fail(ErrorKind::kConflict, "another instance was waited for in vain");
  }
  return {};
}

// True when something came within a tick.
bool poll_once(int descriptor, short events) {
  pollfd one{descriptor, events, 0};
  return ::poll(&one, 1, kTickMs) > 0;
}

base::Result<void> wait_for(int descriptor, short events, const Patience& patience,
                            std::optional<TimePoint> deadline) {
  while (!poll_once(descriptor, events)) KENNEL_TRY_VOID(check_patience(patience, deadline));
  return {};
}

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Addresses resolve(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto service = std::to_string(port);
  if (::getaddrinfo(address.c_str(), service.c_str(), &hints, &found) != 0) found = nullptr;
  return {found, [](addrinfo* list) {
            if (list != nullptr) ::freeaddrinfo(list);
          }};
}

int open_socket(const addrinfo& address) {
  return ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

bool finish_connect(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

// A connected socket, or -1.
int try_connect(const addrinfo& address, const Patience& patience, TimePoint deadline) {
  const int descriptor = open_socket(address);
  if (descriptor < 0) return -1;
  const bool done = ::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0;
  if (done || (errno == EINPROGRESS && wait_for(descriptor, POLLOUT, patience, deadline) &&
               finish_connect(descriptor))) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

// A listening socket, or -1.
int try_listen(const addrinfo& address) {
  const int descriptor = open_socket(address);
  if (descriptor < 0) return -1;
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 &&
      ::listen(descriptor, SOMAXCONN) == 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

base::Result<void> gone() {
  return base::fail(ErrorKind::kConflict, "another instance ended before its work was done");
}

bool is_momentary() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Connection::Connection(Connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<Connection> Connection::open(const std::string& address, std::uint16_t port,
                                          const Patience& patience) {
  const TimePoint deadline = patience.clock.now() + patience.meeting;
  while (true) {
    const Addresses found = resolve(address, port);
    for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
      const int descriptor = try_connect(*one, patience, deadline);
      if (descriptor >= 0) return Connection(descriptor);
    }
    if (const auto patient = check_patience(patience, deadline); !patient) {
      return base::fail_in(fmt::format("{}:{}", address, port), patient.error());
    }
    ::poll(nullptr, 0, kTickMs);
  }
}

base::Result<void> Connection::wait(short events, const Patience& patience, Deadline deadline) {
  return wait_for(descriptor_, events, patience, deadline);
}

base::Result<void> Connection::send(const Frame& frame, const Patience& patience) {
  const base::Bytes bytes = encode_frame(frame);
  base::ByteView left(bytes);
  while (!left.empty()) {
    const auto sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      left = left.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (!is_momentary()) return gone();
    // algo-1 reads when its own photos are done: there is no deadline but its end.
    KENNEL_TRY_VOID(wait(POLLOUT, patience, std::nullopt));
  }
  return {};
}

base::Result<void> Connection::fill(std::span<std::uint8_t> into, const Patience& patience,
                                    Deadline deadline) {
  while (!into.empty()) {
    const auto got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got > 0) {
      into = into.subspan(static_cast<std::size_t>(got));
      deadline = patience.clock.now() + patience.silence;
      continue;
    }
    if (got == 0 || !is_momentary()) return gone();
    KENNEL_TRY_VOID(wait(POLLIN, patience, deadline));
  }
  return {};
}

base::Result<Frame> Connection::receive(const Patience& patience, Deadline deadline) {
  std::array<std::uint8_t, kFrameHeaderSize> head{};
  KENNEL_TRY_VOID(fill(head, patience, deadline));
  KENNEL_TRY(const FrameHeader header, parse_header(head));
  base::Bytes payload(header.length);
  KENNEL_TRY_VOID(fill(payload, patience, patience.clock.now() + patience.silence));
  KENNEL_TRY(Frame frame, to_frame(header, std::move(payload)));
  if (frame.kind == FrameKind::kError) {
    return base::fail(ErrorKind::kConflict, error_text(frame));
  }
  return frame;
}

base::Result<Listener> Listener::open(const std::string& address, std::uint16_t port) {
  const Addresses found = resolve(address, port);
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    const int descriptor = try_listen(*one);
    if (descriptor >= 0) return Listener(descriptor);
  }
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("cannot listen at {}:{}: {}", address, port,
                                found ? std::strerror(errno) : "the name is not known"));
}

Listener::Listener(Listener&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Listener::~Listener() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint16_t Listener::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

base::Result<Connection> Listener::accept(const Patience& patience, TimePoint deadline) {
  while (true) {
    const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) return Connection(descriptor);
    if (!is_momentary() && errno != ECONNABORTED) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("cannot take connections: {}", std::strerror(errno)));
    }
    KENNEL_TRY_VOID(wait_for(descriptor_, POLLIN, patience, deadline));
  }
}

}  // namespace kennel::instance

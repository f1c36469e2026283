#include "exchange_loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace kennel::load {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

iovec to_vector(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg only reads
}

std::uint64_t size_to_send(const Request& request) {
  return request.text.size() + request.sent.size;
}

}  // namespace

ExchangeLoop::ExchangeLoop(int port, int connections, const ObjectBytes& objects)
    : port_(port),
      objects_(objects),
      epoll_(::epoll_create1(0)),
      connections_(static_cast<std::size_t>(connections)),
      buffer_(kBufferBytes, '\0') {
  for (Connection& connection : connections_) {
    open(connection);
    free_.push_back(&connection);
  }
}

ExchangeLoop::~ExchangeLoop() {
  for (const Connection& connection : connections_) ::close(connection.descriptor);
  ::close(epoll_);
}

void ExchangeLoop::open(Connection& connection) {
  connection.descriptor = connect_to(port_);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event);
  connection.waits_for_room = false;
}

void ExchangeLoop::reopen(Connection& connection) {
  ::close(connection.descriptor);
  open(connection);
}

void ExchangeLoop::run(Work& work) {
  while (true) {
    while (!free_.empty()) {
      auto request = work.next();
      if (!request) break;
      Connection& connection = *free_.back();
      free_.pop_back();
      start(connection, *std::move(request));
    }
    if (free_.size() == connections_.size()) return;
    turn(work);
  }
}

void ExchangeLoop::start(Connection& connection, Request request) {
  connection.request = std::move(request);
  connection.sent = connection.body_received = 0;
  connection.received.clear();
  connection.head.reset();
  connection.began = SteadyClock::now();
  send(connection);
}

void ExchangeLoop::send(Connection& connection) {
  while (connection.sent < size_to_send(*connection.request)) {
    if (!send_piece(connection)) return wait_for_room(connection, true);
  }
  wait_for_room(connection, false);
}

bool ExchangeLoop::send_piece(Connection& connection) {
  const Request& request = *connection.request;
  ObjectBytes::Stamp stamp{};
  std::array<iovec, 3> pieces{};
  std::size_t count = 0;
  std::uint64_t in_object = 0;
  if (connection.sent < request.text.size()) {
    pieces[count++] = to_vector(std::string_view(request.text).substr(connection.sent));
  } else {
    in_object = connection.sent - request.text.size();
  }
  if (in_object < request.sent.size) {
    const std::uint64_t left = request.sent.size - in_object;
    const auto piece = objects_.piece(request.sent.object, request.sent.offset + in_object, stamp);
    const std::string_view start = piece.stamp.substr(0, left);
    pieces[count++] = to_vector(start);
    pieces[count++] = to_vector(piece.rest.substr(0, left - start.size()));
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const auto sent = ::sendmsg(connection.descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) connection.sent += static_cast<std::uint64_t>(sent);
  return sent > 0;
}

void ExchangeLoop::wait_for_room(Connection& connection, bool waits) {
  if (connection.waits_for_room == waits) return;
  connection.waits_for_room = waits;
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  if (waits) event.events |= EPOLLOUT;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor, &event);
}

void ExchangeLoop::turn(Work& work) {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    Connection& connection = *static_cast<Connection*>(event.data.ptr);
    if ((event.events & EPOLLOUT) != 0 && connection.request) send(connection);
    if ((event.events & ~EPOLLOUT) != 0) receive(connection, work);
  }
}

void ExchangeLoop::receive(Connection& connection, Work& work) {
  const ssize_t count = ::recv(connection.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (count > 0) {
    take(connection, std::string_view(buffer_).substr(0, static_cast<std::size_t>(count)), work);
    return;
  }
  if (count < 0 && errno == EAGAIN) return;
  if (connection.request) throw std::runtime_error("the server closed before it had answered");
  reopen(connection);
}

void ExchangeLoop::take(Connection& connection, std::string_view bytes, Work& work) {
  base::check(connection.request.has_value(), "an answer has a request");
  if (!connection.head) {
    connection.received += bytes;
    connection.head = read_head(connection.received);
    if (!connection.head) return;
    const std::string text = std::exchange(connection.received, {});
    take_body(connection, std::string_view(text).substr(connection.head->size), work);
  } else {
    take_body(connection, bytes, work);
  }
  if (connection.body_received == connection.head->length) end(connection, work);
}

void ExchangeLoop::take_body(Connection& connection, std::string_view bytes, Work& work) {
  const Request& request = *connection.request;
  base::check(connection.body_received + bytes.size() <= connection.head->length,
              "an answer ends where it says");
  if (request.wanted.size > 0 && connection.head->status / 100 == 2) {
    work.receive(request, connection.body_received, bytes);
  } else {
    connection.received += bytes;
  }
  connection.body_received += bytes.size();
}

void ExchangeLoop::end(Connection& connection, Work& work) {
  const double ms = 1e3 * Seconds(SteadyClock::now() - connection.began).count();
  const Request request = *std::exchange(connection.request, std::nullopt);
  const Answer answer{*std::exchange(connection.head, std::nullopt),
                      std::exchange(connection.received, {}), ms};
  // An answer to a request that is still being sent: the rest would be taken for the next one.
  if (answer.head.closes || connection.sent < size_to_send(request)) reopen(connection);
  free_.push_back(&connection);
  work.end(request, answer);
}

}  // namespace kennel::load

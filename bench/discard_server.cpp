// Answers every request of S3 with 200 as soon as it has read it, and keeps nothing: what a client
// takes against it is the client's own time. One thread, epoll; request heads and the bodies that
// a Content-Length frames. Prints one line of JSON once it listens; ends with a signal.
//
//   kennel_discard_server
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <unordered_map>

#include "base/field.h"
#include "load_client.h"

namespace kennel::load {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kTaken =
    "HTTP/1.1 200 OK\r\nETag: \"d41d8cd98f00b204e9800998ecf8427e\"\r\n"
    "x-amz-request-id: 0000000000000000\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kEmptyList =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name>"
    "<Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>"
    "<IsTruncated>false</IsTruncated></ListBucketResult>";

struct Client {
  int descriptor = -1;
  std::string head;             // as far as it came
  std::uint64_t body_left = 0;  // of the request whose head was read
  bool is_list = false;
};

std::string_view value_of(std::string_view lower_head, std::string_view lower_name) {
  const std::string start = fmt::format("\r\n{}: ", lower_name);
  const std::size_t at = lower_head.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view value = lower_head.substr(at + start.size());
  return value.substr(0, value.find("\r\n"));
}

// An answer fits into the socket's buffer: it never blocks.
void send(const Client& client, std::string_view text) {
  ::send(client.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
}

void answer(const Client& client) {
  if (!client.is_list) return send(client, kTaken);
  send(client, fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
                           "Content-Length: {}\r\n\r\n{}",
                           kEmptyList.size(), kEmptyList));
}

// False: the client is gone, or sends what is not understood.
bool discard_body(Client& client) {
  // TCP takes MSG_TRUNC for: throw away, do not copy.
  const auto count = ::recv(client.descriptor, nullptr, client.body_left, MSG_TRUNC | MSG_DONTWAIT);
  if (count <= 0) return count < 0 && errno == EAGAIN;
  client.body_left -= static_cast<std::uint64_t>(count);
  if (client.body_left == 0) answer(client);
  return true;
}

void begin_body(Client& client, std::size_t head_size) {
  const std::string lower = base::to_lower(client.head.substr(0, head_size));
  const std::uint64_t length =
      std::strtoull(std::string(value_of(lower, "content-length")).c_str(), nullptr, 10);
  const std::uint64_t came = client.head.size() - head_size;
  client.is_list = lower.starts_with("get ");
  client.body_left = length > came ? length - came : 0;
  client.head.clear();
  if (client.body_left == 0) return answer(client);
  if (value_of(lower, "expect") == "100-continue") send(client, kContinue);
}

bool serve(Client& client) {
  if (client.body_left > 0) return discard_body(client);
  std::array<char, 65536> piece;
  const auto count = ::recv(client.descriptor, piece.data(), piece.size(), MSG_DONTWAIT);
  if (count <= 0) return count < 0 && errno == EAGAIN;
  client.head.append(piece.data(), static_cast<std::size_t>(count));
  const std::size_t end = client.head.find("\r\n\r\n");
  if (end != std::string::npos) begin_body(client, end + 4);
  return true;
}

int listen_anywhere(int& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, any, size) != 0 || ::listen(listener, SOMAXCONN) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot listen");
  ::getsockname(listener, any, &size);
  port = ntohs(address.sin_port);
  return listener;
}

void watch(int epoll, int descriptor) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void accept(int epoll, int listener, std::unordered_map<int, Client>& clients) {
  const int descriptor = ::accept(listener, nullptr, nullptr);
  if (descriptor < 0) return;
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(epoll, descriptor);
  clients[descriptor] = Client{.descriptor = descriptor};
}

int run() {
  int port = 0;
  const int listener = listen_anywhere(port);
  const int epoll = ::epoll_create1(0);
  watch(epoll, listener);
  fmt::print("{{\"port\": {}}}\n", port);
  std::fflush(stdout);
  std::unordered_map<int, Client> clients;
  while (true) {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int index = 0; index < count; ++index) {
      const int descriptor = events[static_cast<std::size_t>(index)].data.fd;
      if (descriptor == listener) {
        accept(epoll, listener, clients);
      } else if (!serve(clients[descriptor])) {
        ::close(descriptor);
        clients.erase(descriptor);
      }
    }
  }
}

}  // namespace
}  // namespace kennel::load

int main() { return kennel::load::run_program("kennel_discard_server", kennel::load::run); }

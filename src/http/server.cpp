#include "http/server.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

#include "http/session.h"

namespace kennel::http {

namespace {

using base::ErrorKind;
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr auto kRetryAccept = std::chrono::milliseconds(100);
constexpr int kAcceptedTogetherMax = 64;
constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

// How many connections are open: written on the loop thread, read and waited for on any.
class OpenCount {
 public:
  void set(std::size_t count, bool listening) {
    const std::lock_guard lock(mutex_);
    count_ = count;
    listening_ = listening;
    changed_.notify_all();
  }
  std::size_t get() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  bool wait_until_closed(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return closed(); });
  }
  void wait_until_closed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed(); });
  }

 private:
  bool closed() const { return count_ == 0 && !listening_; }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  bool listening_ = true;
};

// What the accepting coroutine, the sessions and the Server hold together; a session whose handler
// takes long may be the last to let go. Loop thread only, but for `open`.
struct Core : std::enable_shared_from_this<Core> {
  Core(SessionContext shared, tcp::acceptor listener)
      : context(std::move(shared)), acceptor(std::move(listener)) {}

  aio::Task<> accept_all();
  error_code accept_waiting();
  void take(tcp::socket socket);
  aio::Task<> serve(tcp::socket socket);
  void turn_away(tcp::socket socket) const;
  void begin_drain();
  void cut_all();
  void count() { open.set(sessions.size(), acceptor.is_open()); }

  SessionContext context;
  tcp::acceptor acceptor;
  std::unordered_set<Session*> sessions;
  std::size_t beginning = 0;  // accepted, not yet in `sessions`
  OpenCount open;
};

std::string to_text(boost::asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

bool is_out_of_resources(const error_code& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::no_buffer_space ||
         error == boost::system::errc::not_enough_memory;
}

aio::Task<> accept_on(std::shared_ptr<Core> core) {
  auto accepting = core->accept_all();
  co_await std::move(accepting);
}

aio::Task<> serve_on(std::shared_ptr<Core> core, std::shared_ptr<tcp::socket> socket) {
  auto serving = core->serve(std::move(*socket));
  co_await std::move(serving);
}

aio::Task<> cut_idle_on(std::shared_ptr<Core> core) {
  auto sleeping = aio::sleep_for(core->context.options.drain_grace);
  co_await std::move(sleeping);
  for (Session* session : core->sessions) {
    if (session->idle()) session->cut();
  }
}

aio::Task<> Core::accept_all() {
  while (acceptor.is_open()) {
    error_code error;
    auto accepting =
        acceptor.async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    tcp::socket socket = co_await std::move(accepting);
    if (!error) {
      take(std::move(socket));
      error = accept_waiting();
    }
    if (is_out_of_resources(error)) {
      auto sleeping = aio::sleep_for(kRetryAccept);
      co_await std::move(sleeping);
    }
  }
}

// Whoever else waits at the door. One at a time, each behind all that the loop has to do, a busy
// server would keep new clients waiting for seconds.
error_code Core::accept_waiting() {
  error_code error;
  for (int count = 1; count < kAcceptedTogetherMax; ++count) {
    tcp::socket socket(acceptor.get_executor());
    acceptor.accept(socket, error);
    if (error) break;
    take(std::move(socket));
  }
  return error;
}

void Core::take(tcp::socket socket) {
  if (sessions.size() + beginning >= context.options.connections_max) {
    turn_away(std::move(socket));
    return;
  }
  ++beginning;
  const auto shared = std::make_shared<tcp::socket>(std::move(socket));
  boost::asio::co_spawn(
      acceptor.get_executor(),
      [self = shared_from_this(), shared] { return serve_on(self, shared); },
      [](const std::exception_ptr& broken) { base::check(!broken, "a handler throws nothing"); });
}

aio::Task<> Core::serve(tcp::socket socket) {
  --beginning;
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) co_return;
  Session session(context, std::move(socket), to_text(peer.address()));
  sessions.insert(&session);
  count();
  auto running = session.run();
  co_await std::move(running);
  sessions.erase(&session);
  count();
}

// At best effort and without a wait: there are too many already.
void Core::turn_away(tcp::socket socket) const {
  if (context.tls && !context.options.plain) return;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(boost::asio::buffer(kTooManyConnections), 0, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> forgotten;  // bytes that nobody read would turn the close into a reset
  socket.receive(boost::asio::buffer(forgotten), 0, ignored);
}

void Core::begin_drain() {
  if (context.draining_until) return;
  context.draining_until = std::chrono::steady_clock::now() + context.options.drain_grace;
  while (!accept_waiting()) {
  }  // who is at the door already took us for open
  error_code ignored;
  acceptor.close(ignored);
  count();
  boost::asio::co_spawn(
      acceptor.get_executor(), [self = shared_from_this()] { return cut_idle_on(self); },
      boost::asio::detached);
}

void Core::cut_all() {
  for (Session* session : sessions) session->cut();
  sessions.clear();  // a handler that still runs serves nobody
  count();
}

class TcpServer final : public Server {
 public:
  TcpServer(aio::Runtime& runtime, std::shared_ptr<Core> core)
      : runtime_(runtime), core_(std::move(core)), bound_(core_->acceptor.local_endpoint()) {}
  ~TcpServer() override { drain(std::chrono::milliseconds(0)); }

  [[nodiscard]] std::string address() const override { return to_text(bound_.address()); }
  [[nodiscard]] std::uint16_t port() const override { return bound_.port(); }
  [[nodiscard]] std::size_t connections() const override { return core_->open.get(); }

  void drain(std::chrono::milliseconds deadline) override {
    boost::asio::post(runtime_.loop(), [core = core_] { core->begin_drain(); });
    if (core_->open.wait_until_closed(deadline)) return;
    boost::asio::post(runtime_.loop(), [core = core_] { core->cut_all(); });
    core_->open.wait_until_closed();
  }

 private:
  aio::Runtime& runtime_;
  std::shared_ptr<Core> core_;
  tcp::endpoint bound_;
};

tl::unexpected<base::Error> cannot_listen(const ServerOptions& options, const error_code& error) {
  const bool taken = error == boost::system::errc::address_in_use;
  return base::fail(taken ? ErrorKind::kConflict : ErrorKind::kInvalid,
                    "cannot listen on " + options.address + " port " +
                        std::to_string(options.port) + ": " + error.message() +
                        (taken ? "; stop what uses it, or choose another port" : ""));
}

base::Result<tcp::acceptor> listen_on(aio::Runtime& runtime, const ServerOptions& options) {
  error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) {
    return base::fail(ErrorKind::kInvalid,
                      options.address + " is no IP address; give one such as 127.0.0.1 or ::1");
  }
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor acceptor(runtime.loop());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) return cannot_listen(options, error);
  return acceptor;
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::listen(aio::Runtime& runtime, ServerOptions options,
                                                     Handler& handler) {
  ignore_broken_pipes();
  TlsContext tls;
  if (options.tls) {
    KENNEL_TRY(tls, make_server_context(*options.tls));
  }
  KENNEL_TRY(tcp::acceptor acceptor, listen_on(runtime, options));
  const auto core = std::make_shared<Core>(
      SessionContext{.options = std::move(options), .handler = handler, .tls = std::move(tls)},
      std::move(acceptor));
  runtime.spawn([core] { return accept_on(core); });
  return std::make_unique<TcpServer>(runtime, core);
}

}  // namespace kennel::http

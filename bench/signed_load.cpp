// A lean client of the front door: one thread, epoll, keep-alive connections to 127.0.0.1, one
// request in flight on each. The requests are STS GetCallerIdentity, each unlike the others, all
// signed before the clock starts. Prints one line of JSON.
//
//   AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... kennel_signed_load --port PORT [OPTIONS]
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "load_client.h"
#include "sign/sigv4.h"

namespace kennel {
namespace {

using load::Seconds;
using load::SteadyClock;

constexpr std::string_view kBody = "Action=GetCallerIdentity&Version=2011-06-15";
constexpr std::string_view kHealth = "GET /-/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
constexpr std::size_t kBodySampleBytes = 300;

struct Options {
  int port = 0;
  int connections = 64;
  int idle = 0;        // further connections, silent after their first request
  double seconds = 5;  // that count, after those of the warm-up
  double warmup = 1;
  double rate = 0;        // requests a second, whatever the answers do; 0: each after an answer
  std::size_t batch = 0;  // signed ahead; 0: enough for 25,000 a second
};

// Signed ahead. All are of one length, as their numbers are; one after the other in one piece.
class RequestBatch {
 public:
  RequestBatch(std::size_t count, int port) {
    const sign::Credentials credentials = load::credentials_from_environment();
    const auto now = std::chrono::system_clock::now();
    for (std::size_t number = 0; number < count; ++number) {
      const std::string request = make_request(number, port, credentials, now);
      if (number == 0) stride_ = request.size();
      if (number == 0) text_.reserve(stride_ * count);
      base::check(request.size() == stride_, "requests are of one length");
      text_ += request;
    }
  }

  [[nodiscard]] std::size_t left() const { return (text_.size() - next_) / stride_; }
  [[nodiscard]] std::string_view take() {
    if (left() == 0)
      throw std::runtime_error("all signed requests are sent: give a larger --batch");
    const std::size_t at = std::exchange(next_, next_ + stride_);
    return std::string_view(text_).substr(at, stride_);
  }

 private:
  static std::string make_request(std::size_t number, int port,
                                  const sign::Credentials& credentials, sign::Time at) {
    base::Fields fields{
        {"Host", fmt::format("127.0.0.1:{}", port)},
        {"User-Agent", "kennel-signed-load/1"},
        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"amz-sdk-invocation-id", fmt::format("00000000-0000-4000-8000-{:012}", number)}};
    const auto added =
        sign::sign_request({"POST", "/", fields}, credentials, "us-east-1", "sts", at,
                           base::as_bytes(kBody), sign::PathRule::kNormalizedTwiceEncoded);
    fields.insert(fields.end(), added.begin(), added.end());
    std::string text = "POST / HTTP/1.1\r\n";
    for (const auto& [name, value] : fields) text += fmt::format("{}: {}\r\n", name, value);
    return text + fmt::format("Content-Length: {}\r\n\r\n{}", kBody.size(), kBody);
  }

  std::string text_;
  std::size_t stride_ = 1;
  std::size_t next_ = 0;
};

struct Answer {
  int status = 0;
  bool closes = false;
  std::size_t size = 0;  // head and body
  std::string_view body;
};

// nullopt: it is not whole yet.
std::optional<Answer> read_answer(std::string_view text) {
  const auto head = load::read_head(text);
  if (!head || text.size() < head->size + head->length) return std::nullopt;
  return Answer{head->status, head->closes, head->size + head->length,
                text.substr(head->size, head->length)};
}

struct Connection {
  int descriptor = -1;
  bool idle = false;  // one of those that stay silent
  bool busy = false;
  SteadyClock::time_point sent;
  std::string received;
};

struct Tally {
  std::vector<float> good_ms;
  std::vector<float> refused_ms;
  std::map<int, std::uint64_t> refused_by_status;
  std::map<int, std::string> samples;  // the beginning of one body each
};

class Load {
 public:
  Load(const Options& options, RequestBatch& batch)
      : options_(options),
        batch_(batch),
        epoll_(::epoll_create1(0)),
        connections_(static_cast<std::size_t>(options.connections + options.idle)) {
    for (std::size_t index = 0; index < connections_.size(); ++index) {
      connections_[index].idle = index >= static_cast<std::size_t>(options.connections);
      connect(connections_[index]);
    }
  }

  nlohmann::json run();

 private:
  void connect(Connection& connection);
  void send(Connection& connection, std::string_view text);
  void wake_idle();
  void start(SteadyClock::time_point now);
  void turn();
  void receive(Connection& connection);
  void take_answer(Connection& connection);
  void begin_counting();
  nlohmann::json report();

  const Options& options_;
  RequestBatch& batch_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> free_;
  SteadyClock::time_point began_;
  SteadyClock::time_point counted_from_ = SteadyClock::time_point::max();
  SteadyClock::time_point ends_;
  double cpu_before_ = 0;
  std::size_t sent_ = 0;
  std::size_t sent_before_ = 0;
  std::size_t answered_ = 0;
  std::size_t reconnects_ = 0;
  std::size_t broken_ = 0;
  std::size_t idle_lost_ = 0;
  Tally tally_;
};

void Load::connect(Connection& connection) {
  connection.descriptor = load::connect_to(options_.port);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event);
  connection.busy = false;
  connection.received.clear();
  if (!connection.idle) free_.push_back(&connection);
}

// A request fits into the socket's buffer: it never blocks.
void Load::send(Connection& connection, std::string_view text) {
  connection.busy = true;
  connection.sent = SteadyClock::now();
  const auto count = ::send(connection.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
  base::check(count < 0 || static_cast<std::size_t>(count) == text.size(), "a request goes whole");
}

// A connection without a request is closed early: each idle one has had its one.
void Load::wake_idle() {
  for (Connection& connection : connections_) {
    if (!connection.idle) continue;
    send(connection, kHealth);
    while (connection.busy) receive(connection);
  }
}

void Load::start(SteadyClock::time_point now) {
  std::size_t due = sent_ + free_.size();
  if (options_.rate > 0) {
    due = static_cast<std::size_t>(options_.rate * Seconds(now - began_).count());
  }
  while (sent_ < due && !free_.empty()) {
    Connection& connection = *free_.back();
    free_.pop_back();
    send(connection, batch_.take());
    ++sent_;
  }
}

void Load::turn() {
  std::array<epoll_event, 256> events;
  const int wait_ms = options_.rate > 0 ? 0 : 100;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), wait_ms);
  for (int index = 0; index < count; ++index) {
    receive(*static_cast<Connection*>(events[static_cast<std::size_t>(index)].data.ptr));
  }
}

void Load::receive(Connection& connection) {
  std::array<char, 16384> piece;
  const ssize_t count = ::recv(connection.descriptor, piece.data(), piece.size(), 0);
  if (count > 0) {
    connection.received.append(piece.data(), static_cast<std::size_t>(count));
    take_answer(connection);
    return;
  }
  ::close(connection.descriptor);
  if (connection.idle) {
    ++idle_lost_;
    connection.busy = false;
    return;
  }
  (connection.busy ? broken_ : reconnects_) += 1;
  if (!connection.busy) std::erase(free_, &connection);
  connect(connection);
}

void Load::take_answer(Connection& connection) {
  const auto answer = read_answer(connection.received);
  if (!answer) return;
  connection.busy = false;
  const auto now = SteadyClock::now();
  answered_ += connection.idle ? 0 : 1;
  if (!connection.idle && now >= counted_from_ && now < ends_) {
    const auto ms = static_cast<float>(1e3 * Seconds(now - connection.sent).count());
    (answer->status == 200 ? tally_.good_ms : tally_.refused_ms).push_back(ms);
    if (answer->status != 200) {
      ++tally_.refused_by_status[answer->status];
      tally_.samples.try_emplace(answer->status, answer->body.substr(0, kBodySampleBytes));
    }
  }
  const bool closes = answer->closes;
  connection.received.erase(0, answer->size);
  if (connection.idle) return;
  if (!closes) {
    free_.push_back(&connection);
    return;
  }
  ::close(connection.descriptor);
  ++reconnects_;
  connect(connection);
}

void Load::begin_counting() {
  cpu_before_ = load::cpu_seconds();
  sent_before_ = sent_;
  counted_from_ = SteadyClock::now();
  ends_ = counted_from_ + load::to_duration(options_.seconds);
}

nlohmann::json Load::run() {
  wake_idle();
  began_ = SteadyClock::now();
  const auto warm_at = began_ + load::to_duration(options_.warmup);
  for (auto now = began_; cpu_before_ == 0 || now < ends_; now = SteadyClock::now()) {
    if (cpu_before_ == 0 && now >= warm_at) begin_counting();
    start(now);
    turn();
  }
  return report();
}

nlohmann::json Load::report() {
  const double cpu = load::cpu_seconds() - cpu_before_;
  nlohmann::json refused = load::describe(tally_.refused_ms);
  for (const auto& [status, count] : tally_.refused_by_status) {
    refused["by_status"][std::to_string(status)] = count;
    refused["samples"][std::to_string(status)] = tally_.samples[status];
  }
  const auto per_second = [this](std::size_t count) {
    return static_cast<double>(count) / options_.seconds;
  };
  return {{"connections", options_.connections},
          {"idle_connections", options_.idle},
          {"seconds", options_.seconds},
          {"wanted_per_second", options_.rate},
          {"sent_per_second", per_second(sent_ - sent_before_)},
          {"good_per_second", per_second(tally_.good_ms.size())},
          {"refused_per_second", per_second(tally_.refused_ms.size())},
          {"good", load::describe(tally_.good_ms)},
          {"refused", std::move(refused)},
          {"answered_in_all", answered_},
          {"reconnects", reconnects_},
          {"broken", broken_},
          {"idle_lost", idle_lost_},
          {"client_cpu_seconds", cpu}};
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Signed requests to the front door, as fast or as many as it is told");
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--idle", options.idle, "further connections, silent after their first request");
  app.add_option("--seconds", options.seconds, "that count")->check(CLI::PositiveNumber);
  app.add_option("--warmup", options.warmup, "seconds before those that count");
  app.add_option("--rate", options.rate, "requests a second; 0: each connection after its answer");
  app.add_option("--batch", options.batch, "requests signed ahead");
  CLI11_PARSE(app, argc, argv);
  load::raise_file_limit();
  const double per_second = options.rate > 0 ? options.rate : 25'000;
  const auto enough =
      static_cast<std::size_t>(per_second * (options.seconds + options.warmup)) + 1000;
  RequestBatch batch(options.batch > 0 ? options.batch : enough, options.port);
  Load load(options, batch);
  fmt::print("{}\n", load.run().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return 0;
}

}  // namespace
}  // namespace kennel

int main(int argc, char** argv) {
  return kennel::load::run_program("kennel_signed_load", [&] { return kennel::run(argc, argv); });
}

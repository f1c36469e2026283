#include "load/generator.h"

#include <ctime>
#include <memory>

#include "aio/deadline.h"
#include "aio/loop.h"
#include "http/kept_connection.h"

namespace kennel::load {

namespace {

using http::ClientErrorKind;
using http::ClientResponse;
using http::ClientResult;
using http::KeptConnection;
using SteadyClock = std::chrono::steady_clock;
using ConnectionPtr = std::unique_ptr<KeptConnection>;

constexpr auto kPatienceAtFirst = std::chrono::seconds(10);  // for the first connection
constexpr auto kBetweenLooks = std::chrono::milliseconds(50);
// A closed loop would knock at a door that is shut as fast as the processor can.
constexpr auto kPauseAfterRefusal = std::chrono::milliseconds(100);

double cpu_seconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Generator {
 public:
  Generator(const LoadOptions& options, const http::Url& url,
            std::shared_ptr<const http::Origin> origin)
      : options_(options),
        target_(url.target),
        origin_(std::move(origin)),
        schedule_(options.plan) {}

  base::Result<Findings> run();

 private:
  aio::Task<> start();
  aio::Task<> issue();
  aio::Task<> watch();
  aio::Task<> work(Turn turn);
  aio::Task<> serve(Turn turn, ConnectionPtr& connection);
  aio::Task<ClientResult<ClientResponse>> ask(const Photo& photo, ConnectionPtr& connection);
  aio::Task<ClientResult<void>> connect(ConnectionPtr& connection, SteadyClock::time_point end);

  [[nodiscard]] Moment now() const { return SteadyClock::now() - start_; }
  std::optional<Turn> take();
  void begin_work(const Turn& turn);
  ConnectionPtr take_idle();
  void end_if_done();

  const LoadOptions& options_;
  std::string target_;
  std::shared_ptr<const http::Origin> origin_;
  Schedule schedule_;
  Findings findings_;
  SteadyClock::time_point start_;
  std::optional<base::Error> refusal_;  // of the first connection
  std::optional<double> cpu_seconds_at_begin_;
  std::uint64_t counted_ = 0;  // requests begun that count
  int busy_ = 0;               // connections with a request under way
  bool all_issued_ = false;
  aio::Loop loop_;
  std::vector<ConnectionPtr> idle_;  // goes before the loop
};

base::Result<Findings> Generator::run() {
  start_ = SteadyClock::now();  // and again with the first connection
  loop_.spawn([this] { return watch(); });
  loop_.spawn([this] { return start(); });
  loop_.run();
  idle_.clear();
  if (refusal_) return tl::unexpected(*std::move(refusal_));
  findings_.url = options_.url;
  findings_.plan = options_.plan;
  findings_.connections = options_.connections;
  findings_.unfinished = counted_ - findings_.tally.ended();
  findings_.not_begun = schedule_.count_waiting(now());
  if (cpu_seconds_at_begin_) findings_.cpu_seconds = cpu_seconds_now() - *cpu_seconds_at_begin_;
  return std::move(findings_);
}

aio::Task<> Generator::start() {
  ConnectionPtr first;
  auto connecting = connect(first, SteadyClock::now() + kPatienceAtFirst);
  const auto connected = co_await std::move(connecting);
  if (!connected) {
    refusal_ = base::Error{base::ErrorKind::kNotFound, connected.error().message};
    loop_.stop();
    co_return;
  }
  idle_.push_back(std::move(first));
  start_ = SteadyClock::now();
  if (options_.plan.rate) {
    auto issuing = issue();
    co_await std::move(issuing);
  } else {
    for (int i = 0; i < options_.connections; ++i) {
      if (const auto turn = take()) begin_work(*turn);
    }
  }
  all_issued_ = true;
  end_if_done();
}

// Open loop. At the moment that a request is due, somebody begins with it where a connection is
// free or may be opened; else whoever is free next takes it.
aio::Task<> Generator::issue() {
  for (std::uint64_t number = 0; const auto due = schedule_.find_due(number); ++number) {
    if (const Moment ahead = *due - now(); ahead > Moment(0)) {
      auto sleeping = aio::sleep_for(ahead);
      co_await std::move(sleeping);
    }
    if (busy_ >= options_.connections) continue;
    if (const auto turn = take()) begin_work(*turn);
  }
}

aio::Task<> Generator::watch() {
  while (true) {
    auto sleeping = aio::sleep_for(kBetweenLooks);
    co_await std::move(sleeping);
    if (options_.stop != nullptr && *options_.stop) {
      findings_.interrupted = true;
      loop_.stop();  // drops what is under way
      co_return;
    }
    if (options_.on_progress) {
      options_.on_progress({schedule_.progress(now()), now(), findings_.tally});
    }
  }
}

std::optional<Turn> Generator::take() {
  auto turn = schedule_.take(now());
  if (!turn || !turn->counts) return turn;
  if (++counted_ == 1) {
    findings_.tally.begin(turn->due);
    cpu_seconds_at_begin_ = cpu_seconds_now();
  }
  return turn;
}

void Generator::begin_work(const Turn& turn) {
  ++busy_;
  loop_.spawn([this, turn] { return work(turn); });
}

// Requests, one after the other over one connection, as long as one is due.
aio::Task<> Generator::work(Turn turn) {
  ConnectionPtr connection = take_idle();
  while (true) {
    auto serving = serve(turn, connection);
    co_await std::move(serving);
    const auto next = take();
    if (!next) break;
    turn = *next;
  }
  if (connection) idle_.push_back(std::move(connection));
  --busy_;
  end_if_done();
}

ConnectionPtr Generator::take_idle() {
  if (idle_.empty()) return nullptr;
  ConnectionPtr connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void Generator::end_if_done() {
  if (all_issued_ && busy_ == 0) loop_.stop();
}

aio::Task<> Generator::serve(Turn turn, ConnectionPtr& connection) {
  const Photo& photo = options_.photos[turn.number % options_.photos.size()];
  auto asking = ask(photo, connection);
  const auto answer = co_await std::move(asking);
  const Outcome outcome = answer ? Outcome{answer->status, photo.bytes.size(), answer->body.size()}
                                 : Outcome{answer.error().kind};
  if (turn.counts) findings_.tally.add(turn.due, now(), outcome);
  const bool refused = !answer && answer.error().kind == ClientErrorKind::kRefused;
  if (!refused || options_.plan.rate) co_return;
  auto sleeping = aio::sleep_for(kPauseAfterRefusal);
  co_await std::move(sleeping);
}

// Over the connection that was kept, where there is one. A server may close that one at the very
// moment that a request is on its way: then it is sent again over a new one, as clients do.
aio::Task<ClientResult<ClientResponse>> Generator::ask(const Photo& photo,
                                                       ConnectionPtr& connection) {
  const auto end = SteadyClock::now() + options_.timeout;
  while (true) {
    if (connection && !connection->is_usable()) connection.reset();
    if (!connection) {
      auto connecting = connect(connection, end);
      KENNEL_CO_TRY_VOID(co_await std::move(connecting));
    }
    const bool kept = connection->exchanges() > 0;
    auto asking = connection->exchange({.method = "POST",
                                        .target = target_,
                                        .fields = {{"Content-Type", photo.content_type}},
                                        .body = base::as_text(photo.bytes)},
                                       end);
    auto answer = co_await std::move(asking);
    if (answer) co_return answer;
    connection.reset();
    const ClientErrorKind kind = answer.error().kind;
    const bool gone = kind == ClientErrorKind::kClosed || kind == ClientErrorKind::kReset;
    if (!kept || !gone || answer.error().answer_begun) co_return answer;
    ++findings_.resent;
  }
}

aio::Task<ClientResult<void>> Generator::connect(ConnectionPtr& connection,
                                                 SteadyClock::time_point end) {
  auto connecting = KeptConnection::connect(origin_, end);
  KENNEL_CO_TRY(connection, co_await std::move(connecting));
  ++findings_.connections_opened;
  co_return ClientResult<void>();
}

}  // namespace

std::string with_path(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const bool has_path = url.find_first_of("/?", scheme + 3) != std::string_view::npos;
  return std::string(url) + (has_path ? "" : "/invocations");
}

base::Result<Findings> generate_load(const LoadOptions& options) {
  base::check(!options.photos.empty() && options.connections > 0, "there is something to send");
  KENNEL_TRY(const http::Url url, http::parse_url(options.url));
  KENNEL_TRY(const auto origin, http::Origin::resolve(url, options.ca_file));
  return Generator(options, url, origin).run();
}

}  // namespace kennel::load

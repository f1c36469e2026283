// One model behind SageMaker's hosting contract, as an HTTP handler:
//
//   POST /invocations   photos in, predictions out (hosting/invocation.h, hosting/answer.h)
//   GET  /ping          200 while it can answer, 503 once it drains or its network broke
//   GET  /metrics       for Prometheus
//   GET  /              a page for people
//
// Loop thread, but for begin_drain.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "aio/runtime.h"
#include "base/clock.h"
#include "hosting/answer.h"
#include "hosting/invocation.h"
#include "http/body_budget.h"
#include "http/message.h"
#include "observe/access_log.h"
#include "serving/batcher.h"
#include "serving/meters.h"

namespace kennel::serving {

// Fetches what a URL names; blocks. `stop`: nobody waits any more.
using Fetch =
    std::function<base::Result<base::Bytes>(const std::string& url, const std::atomic<bool>& stop)>;

struct ReplicaOptions {
  hosting::AnswerForm form = hosting::AnswerForm::kLabelled;
  int top = 5;
  std::uint64_t body_bytes_max = 32 * base::kMiB;  // of a request, and of all that it has fetched
  std::uint64_t all_bodies_bytes_max = 256 * base::kMiB;
  std::chrono::milliseconds timeout{60'000};  // of an invocation, from its head to its answer
};

struct ReplicaParts {
  aio::Runtime& runtime;  // its pool fetches URLs and reads long JSON
  Batcher& batcher;
  Meters& meters;
  observe::AccessLog* access_log = nullptr;  // absent: none is written
  Fetch fetch;                               // absent: URLs are refused
  std::string model;                         // as answers name it
  std::vector<std::string> classes;
  const base::Clock& clock;
};

class Replica final : public http::Handler {
 public:
  Replica(ReplicaParts parts, ReplicaOptions options);

  aio::Task<http::Response> handle(const http::RequestHead& head, http::BodyReader& body) override;

  // From now on /ping says 503, so that nobody sends more. Any thread.
  void begin_drain() { draining_ = true; }
  [[nodiscard]] bool ready() const { return !draining_ && parts_.batcher.healthy(); }

 private:
  struct Request;

  aio::Task<http::Response> invoke(const http::RequestHead& head, http::BodyReader& body);
  aio::Task<hosting::Outcome<std::string>> answer_or_apologize(Request& request);
  aio::Task<hosting::Outcome<std::string>> answer(Request& request);
  aio::Task<hosting::Outcome<base::Bytes>> read_body(Request& request);
  aio::Task<hosting::Outcome<hosting::Invocation>> parse(Request& request, base::Bytes body);
  aio::Task<hosting::Outcome<std::vector<base::Bytes>>> gather(
      Request& request, std::vector<hosting::PhotoSource> sources);
  aio::Task<hosting::Outcome<std::vector<std::vector<float>>>> classify(
      Request& request, std::vector<base::Bytes> photos);
  [[nodiscard]] std::string format(const Request& request, const hosting::AnswerWish& wish,
                                   bool several,
                                   const std::vector<std::vector<float>>& logits) const;
  [[nodiscard]] http::Response ping() const;
  [[nodiscard]] double milliseconds_of(const Request& request) const;
  void note(const Request& request, const http::Response& response, const std::string& code) const;

  ReplicaParts parts_;
  ReplicaOptions options_;
  http::BodyBudget budget_;
  std::atomic<bool> draining_{false};
};

}  // namespace kennel::serving

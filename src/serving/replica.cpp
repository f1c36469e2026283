#include "serving/replica.h"

#include <fmt/format.h>

#include "aio/completion.h"
#include "aio/on_pool.h"
#include "base/secure_random.h"
#include "engine/evaluation.h"
#include "serving/page.h"

namespace kennel::serving {
namespace {

using base::ErrorKind;
using hosting::Outcome;
using hosting::refuse;

constexpr std::size_t kPieceBytes = 64 * base::kKiB;
// What the loop thread may read by itself without keeping others waiting.
constexpr std::size_t kQuickBytesMax = 64 * base::kKiB;
constexpr const char* kJson = "application/json";

hosting::Refusal overload() {
  return {503, "Overloaded", "too many photos wait already; try again in a second"};
}
tl::unexpected<hosting::Refusal> overloaded() { return tl::unexpected(overload()); }

// What became of a photo, or of a URL, as its client reads it.
hosting::Refusal to_refusal(const base::Error& error, const char* code) {
  switch (error.kind) {
    case ErrorKind::kThrottled:
      return overload();
    case ErrorKind::kInterrupted:
      return {503, "TooLate", "the answer would come too late; try again"};
    case ErrorKind::kDenied:
      return {403, "FetchForbidden", error.message};
    case ErrorKind::kConflict:
      return {500, "ModelError", "the network broke: " + error.message};
    default:
      return {400, code, error.message};
  }
}

std::string in_list(bool several, std::size_t place, const std::string& message) {
  return several ? fmt::format("photo {}: {}", place, message) : message;
}

http::Response text_response(int status, std::string body, const char* type) {
  http::Response response{.status = status, .body = std::move(body)};
  response.fields.push_back({"Content-Type", type});
  return response;
}

http::Response wrong_method(const char* allowed) {
  auto response = text_response(
      405, to_json(hosting::Refusal{405, "WrongMethod", fmt::format("use {}", allowed)}), kJson);
  response.fields.push_back({"Allow", allowed});
  return response;
}

using Answers = std::vector<base::Result<PhotoAnswer>>;

// Answers of the photos of one request, from whichever thread each comes.
class Collector {
 public:
  Collector(std::size_t count, std::function<void(Answers)> done)
      : left_(count), answers_(count, not_yet()), done_(std::move(done)) {}

  void put(std::size_t place, base::Result<PhotoAnswer> answer) {
    answers_[place] = std::move(answer);
    if (--left_ == 0) done_(std::move(answers_));
  }

 private:
  static base::Result<PhotoAnswer> not_yet() { return base::fail(ErrorKind::kInterrupted, ""); }

  std::atomic<std::size_t> left_;
  Answers answers_;
  std::function<void(Answers)> done_;
};

// Fetches of one request, on the pool's threads: together they bring no more than a body may.
class LimitedFetch {
 public:
  LimitedFetch(Fetch fetch, std::uint64_t bytes_max)
      : fetch_(std::move(fetch)), left_(static_cast<std::int64_t>(bytes_max)) {}

  base::Result<base::Bytes> operator()(const std::string& url, const std::atomic<bool>& stop) {
    auto photo = fetch_(url, stop);
    if (photo && (left_ -= static_cast<std::int64_t>(photo->size())) < 0) {
      return base::fail(ErrorKind::kTooLarge,
                        "the photos behind this request's URLs are too large together; ask for "
                        "fewer at once");
    }
    return photo;
  }

 private:
  Fetch fetch_;
  std::atomic<std::int64_t> left_;
};

}  // namespace

struct Replica::Request {
  const http::RequestHead& head;
  http::BodyReader& body;
  std::string id;
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point due;
  http::BodyBudget::Share share;
  std::uint64_t body_bytes = 0;
  std::shared_ptr<std::atomic<bool>> dropped = std::make_shared<std::atomic<bool>>(false);
};

Replica::Replica(ReplicaParts parts, ReplicaOptions options)
    : parts_(std::move(parts)), options_(options), budget_(options.all_bodies_bytes_max) {}

aio::Task<http::Response> Replica::handle(const http::RequestHead& head, http::BodyReader& body) {
  const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (path == "/invocations") {
    if (head.method != "POST") co_return wrong_method("POST");
    auto invoking = invoke(head, body);
    co_return co_await std::move(invoking);
  }
  if (path != "/ping" && path != "/metrics" && path != "/") {
    co_return text_response(
        404,
        to_json(hosting::Refusal{404, "NotFound",
                                 "there are POST /invocations, GET /ping, GET /metrics and GET /"}),
        kJson);
  }
  if (!reads) co_return wrong_method("GET");
  if (path == "/ping") co_return ping();
  if (path == "/metrics") {
    co_return text_response(200, parts_.meters.to_text(parts_.batcher.waiting(), ready()),
                            "text/plain; version=0.0.4; charset=utf-8");
  }
  auto response = text_response(200, std::string(page()), "text/html; charset=utf-8");
  response.fields.push_back({"Content-Security-Policy", kPagePolicy});
  co_return response;
}

http::Response Replica::ping() const {
  const bool well = ready();
  return text_response(well ? 200 : 503,
                       well ? "{\"status\":\"ready\"}\n" : "{\"status\":\"not ready\"}\n", kJson);
}

aio::Task<http::Response> Replica::invoke(const http::RequestHead& head, http::BodyReader& body) {
  const auto flight = parts_.meters.begin_invocation();
  const auto now = parts_.clock.now();
  Request request{.head = head,
                  .body = body,
                  .id = base::make_uuid(),
                  .start = now,
                  .due = now + options_.timeout,
                  .share = http::BodyBudget::Share(budget_)};
  auto answering = answer_or_apologize(request);
  const Outcome<std::string> answered = co_await std::move(answering);
  auto response = answered
                      ? text_response(200, *answered, kJson)
                      : text_response(answered.error().status, to_json(answered.error()), kJson);
  response.fields.push_back({"X-Amzn-RequestId", request.id});
  if (response.status == 503) response.fields.push_back({"Retry-After", "1"});
  note(request, response, answered ? "" : answered.error().code);
  co_return response;
}

// The request boundary: what broke for one client is no reason to end for all.
aio::Task<Outcome<std::string>> Replica::answer_or_apologize(Request& request) {
  try {
    auto answering = answer(request);
    co_return co_await std::move(answering);
  } catch (const std::exception& error) {
    fmt::print(stderr, "kennel: request {}: {}\n", request.id, error.what());
  }
  co_return refuse(500, "InternalError",
                   "the server failed; its log says why, under " + request.id);
}

aio::Task<Outcome<std::string>> Replica::answer(Request& request) {
  KENNEL_CO_TRY(const auto wish, hosting::parse_accept(request.head.find("accept").value_or("")));
  if (!parts_.batcher.has_room()) co_return overloaded();
  auto reading = read_body(request);
  auto body = co_await std::move(reading);
  if (!body) co_return tl::unexpected(body.error());
  auto parsing = parse(request, *std::move(body));
  auto invocation = co_await std::move(parsing);
  if (!invocation) co_return tl::unexpected(invocation.error());
  request.body.when_gone([dropped = request.dropped] { *dropped = true; });
  auto gathering = gather(request, std::move(invocation->photos));
  auto photos = co_await std::move(gathering);
  if (!photos) co_return tl::unexpected(photos.error());
  auto classifying = classify(request, *std::move(photos));
  const auto logits = co_await std::move(classifying);
  if (!logits) co_return tl::unexpected(logits.error());
  hosting::AnswerWish wanted = wish;
  if (!wanted.top) wanted.top = invocation->top;
  co_return format(request, wanted, invocation->several, *logits);
}

aio::Task<Outcome<base::Bytes>> Replica::read_body(Request& request) {
  const auto too_large = [this] {
    return refuse(413, "TooLarge",
                  fmt::format("the body is larger than {}; send a smaller photo",
                              base::to_human_size(options_.body_bytes_max)));
  };
  const std::uint64_t said = request.body.length().value_or(0);
  if (said > options_.body_bytes_max) co_return too_large();
  base::Bytes body;
  body.reserve(std::min<std::uint64_t>(said, base::kMiB));
  while (true) {
    const std::size_t before = body.size();
    body.resize(before + kPieceBytes);
    auto reading = request.body.read(std::span(body).subspan(before));
    const auto count = co_await std::move(reading);
    if (!count) co_return refuse(400, "BrokenBody", count.error().message);
    body.resize(before + *count);
    if (*count == 0) break;
    if (body.size() > options_.body_bytes_max) co_return too_large();
    if (!request.share.add(*count)) co_return overloaded();
    if (parts_.clock.now() > request.due) {
      co_return refuse(408, "TooSlow", "the body came too slowly");
    }
  }
  request.body_bytes = body.size();
  co_return body;
}

aio::Task<Outcome<hosting::Invocation>> Replica::parse(Request& request, base::Bytes body) {
  const std::string_view type = request.head.find("content-type").value_or("");
  if (type.starts_with("image/") || body.size() <= kQuickBytesMax) {
    co_return hosting::parse_invocation(type, std::move(body));
  }
  using Parsed = Outcome<hosting::Invocation>;
  auto parsing = aio::on_pool(parts_.runtime, [&type, &body]() -> base::Result<Parsed> {
    return hosting::parse_invocation(type, std::move(body));
  });
  auto parsed = co_await std::move(parsing);
  if (!parsed) co_return overloaded();
  co_return *std::move(parsed);
}

// The photos' bytes; those behind URLs are fetched at the same time.
aio::Task<Outcome<std::vector<base::Bytes>>> Replica::gather(
    Request& request, std::vector<hosting::PhotoSource> sources) {
  using Fetched = base::Result<base::Bytes>;
  std::vector<base::Bytes> photos(sources.size());
  std::vector<std::pair<std::size_t, aio::Started<Fetched>>> fetches;
  const auto limited = std::make_shared<LimitedFetch>(parts_.fetch, options_.body_bytes_max);
  const auto start = parts_.clock.now();
  for (std::size_t place = 0; place < sources.size(); ++place) {
    if (auto* bytes = std::get_if<base::Bytes>(&sources[place])) {
      photos[place] = std::move(*bytes);
      continue;
    }
    if (!parts_.fetch) {
      co_return refuse(403, "FetchForbidden",
                       "this server fetches no URLs (--no-fetch): send the photo itself");
    }
    auto starting = aio::start_on_pool(
        parts_.runtime,
        [limited, url = std::get<hosting::PhotoUrl>(sources[place]).url,
         dropped = request.dropped]() -> Fetched { return (*limited)(url, *dropped); });
    fetches.emplace_back(place, co_await std::move(starting));
  }
  for (auto& [place, started] : fetches) {
    auto waiting = started.result();
    auto fetched = co_await std::move(waiting);
    if (!fetched) {
      *request.dropped = true;  // the other fetches are for nobody
      auto refusal = to_refusal(fetched.error(), "FetchFailed");
      refusal.message = in_list(sources.size() > 1, place, fetched.error().message);
      co_return tl::unexpected(refusal);
    }
    if (!request.share.add(fetched->size())) co_return overloaded();
    photos[place] = *std::move(fetched);
  }
  if (!fetches.empty()) {
    parts_.meters.count_fetch(base::seconds_between(start, parts_.clock.now()));
  }
  co_return photos;
}

aio::Task<Outcome<std::vector<std::vector<float>>>> Replica::classify(
    Request& request, std::vector<base::Bytes> photos) {
  const auto start = [this, &request, &photos](const std::function<void(Answers)>& done) {
    const auto collector = std::make_shared<Collector>(photos.size(), done);
    std::vector<PhotoJob> jobs;
    for (std::size_t place = 0; place < photos.size(); ++place) {
      jobs.push_back({std::move(photos[place]), request.due, request.dropped,
                      [collector, place](base::Result<PhotoAnswer> answer) {
                        collector->put(place, std::move(answer));
                      }});
    }
    if (parts_.batcher.submit(std::move(jobs))) return;
    done({base::fail(ErrorKind::kThrottled, "too many photos wait already")});
  };
  auto waiting = aio::wait_for_callback<Answers>(start);
  Answers answers = co_await std::move(waiting);
  std::vector<std::vector<float>> logits;
  for (auto& one : answers) {
    if (!one) {
      auto refusal = to_refusal(one.error(), "BadPhoto");
      refusal.message = in_list(answers.size() > 1, logits.size(), refusal.message);
      co_return tl::unexpected(refusal);
    }
    parts_.meters.count_photo(one->times);
    logits.push_back(std::move(one->logits));
  }
  co_return logits;
}

std::string Replica::format(const Request& request, const hosting::AnswerWish& wish, bool several,
                            const std::vector<std::vector<float>>& logits) const {
  if (wish.form.value_or(options_.form) == hosting::AnswerForm::kLogits) {
    return hosting::logits_json(logits);
  }
  std::vector<std::vector<hosting::Prediction>> photos;
  const auto top = static_cast<std::size_t>(wish.top.value_or(options_.top));
  for (const auto& row : logits) {
    const auto probabilities = engine::softmax(row);
    auto& predictions = photos.emplace_back();
    for (const int index : engine::top_indices(probabilities, top)) {
      const auto at = static_cast<std::size_t>(index);
      predictions.push_back({parts_.classes[at], probabilities[at]});
    }
  }
  return hosting::to_json(hosting::LabelledAnswer{.photos = photos,
                                                  .several = several,
                                                  .model = parts_.model,
                                                  .latency_ms = milliseconds_of(request)});
}

double Replica::milliseconds_of(const Request& request) const {
  return 1000 * base::seconds_between(request.start, parts_.clock.now());
}

void Replica::note(const Request& request, const http::Response& response,
                   const std::string& code) const {
  const double milliseconds = milliseconds_of(request);
  parts_.meters.count_answer(response.status, code, milliseconds / 1000);
  if (parts_.access_log == nullptr) return;
  parts_.access_log->write(
      {.time = parts_.clock.calendar_now(),
       .peer_address = request.head.peer_address,
       .principal_arn = "",
       .service = "infer",
       .operation = "Invocations",
       .status = response.status,
       .error_code = code,
       .bytes_in = request.body_bytes,
       .bytes_out = response.body.size(),
       .duration = std::chrono::microseconds(static_cast<std::int64_t>(1000 * milliseconds)),
       .request_id = request.id});
}

}  // namespace kennel::serving

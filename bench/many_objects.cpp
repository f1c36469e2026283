#include "many_objects.h"

#include <fmt/format.h>

#include <map>

#include "exchange_loop.h"

namespace kennel::load {
namespace {

constexpr std::uint64_t kVerifiedEvery = 8;
constexpr std::size_t kBodySampleBytes = 300;

std::string make_target(const ManyObjects& many, std::uint64_t object) {
  return fmt::format("/{}/{}", many.bucket, make_key(many.prefix, object));
}

// Sends what was signed ahead, one after the other, until the time is over; counts the answers
// between the warm-up and the end.
class ClosedLoop : public Work {
 public:
  ClosedLoop(const ManyObjects& many, std::vector<Request> requests)
      : many_(many), requests_(std::move(requests)) {}

  std::optional<Request> next() override;
  void end(const Request& request, const Answer& answer) override;
  [[nodiscard]] nlohmann::json report();

 private:
  const ManyObjects& many_;
  std::vector<Request> requests_;
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;
  SteadyClock::time_point counted_from_;
  SteadyClock::time_point ends_;
  SteadyClock::time_point last_answer_;
  std::vector<float> good_ms_;
  std::map<int, std::size_t> refused_;
  std::string refusal_sample_;
};

std::optional<Request> ClosedLoop::next() {
  const auto now = SteadyClock::now();
  if (sent_ == 0) {
    counted_from_ = now + to_duration(many_.warmup_seconds);
    ends_ = many_.seconds > 0 ? counted_from_ + to_duration(many_.seconds)
                              : SteadyClock::time_point::max();
  }
  if (sent_ == requests_.size() || now >= ends_) return std::nullopt;
  return std::move(requests_[sent_++]);
}

void ClosedLoop::end(const Request& request, const Answer& answer) {
  ++answered_;
  if (answer.head.status != 200) {
    ++refused_[answer.head.status];
    if (refusal_sample_.empty()) refusal_sample_ = answer.body.substr(0, kBodySampleBytes);
    return;
  }
  if (request.wanted.size > 0 && answer.head.length != request.wanted.size)
    throw std::runtime_error(
        fmt::format("an object of {} bytes came with {}", request.wanted.size, answer.head.length));
  const auto now = SteadyClock::now();
  if (now < counted_from_ || now >= ends_) return;
  last_answer_ = now;
  good_ms_.push_back(static_cast<float>(answer.ms));
}

nlohmann::json ClosedLoop::report() {
  if (good_ms_.empty())
    throw std::runtime_error(fmt::format("no good answer: {}", refusal_sample_));
  const bool early = sent_ == requests_.size();
  const double seconds = early ? Seconds(last_answer_ - counted_from_).count() : many_.seconds;
  const auto per_second = static_cast<double>(good_ms_.size()) / seconds;
  nlohmann::json refused = nlohmann::json::object();
  for (const auto& [status, count] : refused_) refused[std::to_string(status)] = count;
  return {{"connections", many_.connections},
          {"object_bytes", many_.size},
          {"seconds", seconds},
          {"good_per_second", per_second},
          {"mb_per_second", 1e-6 * static_cast<double>(many_.size) * per_second},
          {"good", describe(good_ms_)},
          {"refused", refused},
          {"refusal_sample", refusal_sample_},
          {"sent", sent_},
          {"answered_in_all", answered_}};
}

class VerifyingLoop : public ClosedLoop {
 public:
  VerifyingLoop(const ManyObjects& many, std::vector<Request> requests, const ObjectBytes& objects)
      : ClosedLoop(many, std::move(requests)), objects_(objects) {}

  void receive(const Request& request, std::uint64_t offset, std::string_view bytes) override {
    if (request.number % kVerifiedEvery != 0) return;
    if (!objects_.holds(request.wanted.object, offset, bytes))
      throw std::runtime_error(fmt::format("object {} came with other bytes than it was put with",
                                           request.wanted.object));
    verified_bytes_ += bytes.size();
  }
  [[nodiscard]] std::uint64_t verified_bytes() const { return verified_bytes_; }

 private:
  const ObjectBytes& objects_;
  std::uint64_t verified_bytes_ = 0;
};

}  // namespace

std::string make_key(std::string_view prefix, std::uint64_t number) {
  return fmt::format("{}/{:08}", prefix, number);
}

nlohmann::json put_many(const ManyObjects& many, S3Signer& signer, const ObjectBytes& objects) {
  std::vector<Request> requests(many.count);
  for (std::uint64_t number = 0; number < many.count; ++number) {
    const ObjectPart whole{number, 0, many.size};
    requests[number] = {
        .text = signer.sign({"PUT", make_target(many, number), many.size, objects.sha256(whole)}),
        .sent = whole,
        .number = number};
  }
  ClosedLoop work(many, std::move(requests));
  ExchangeLoop loop(many.port, many.connections, objects);
  loop.run(work);
  return work.report();
}

nlohmann::json get_many(const ManyObjects& many, S3Signer& signer, const ObjectBytes& objects) {
  std::vector<Request> requests(many.count);
  for (std::uint64_t number = 0; number < many.count; ++number) {
    const std::uint64_t object = number % many.stored;
    requests[number] = {.text = signer.sign({"GET", make_target(many, object)}),
                        .wanted = {object, 0, many.size},
                        .number = number};
  }
  VerifyingLoop work(many, std::move(requests), objects);
  ExchangeLoop loop(many.port, many.connections, objects);
  loop.run(work);
  nlohmann::json report = work.report();
  report["verified_bytes"] = work.verified_bytes();
  return report;
}

}  // namespace kennel::load

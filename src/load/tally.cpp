#include "load/tally.h"

#include <algorithm>
#include <cmath>

namespace kennel::load {

namespace {

Moment quantile(const std::vector<Moment>& sorted, double q) {
  if (sorted.empty()) return Moment(0);
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

bool is_good(const Outcome& outcome) {
  const int* status = std::get_if<int>(&outcome.answer);
  return status != nullptr && *status >= 200 && *status < 300;
}

std::string to_name(const Outcome& outcome) {
  if (const int* status = std::get_if<int>(&outcome.answer)) return std::to_string(*status);
  return std::string(http::to_name(std::get<http::ClientErrorKind>(outcome.answer)));
}

void Tally::add(Moment due, Moment ended, const Outcome& outcome) {
  const auto second = static_cast<std::size_t>(
      std::max<std::int64_t>(0, (ended - begin_) / std::chrono::seconds(1)));
  while (closed_.size() < second) closed_.push_back(close(std::exchange(current_, {})));
  last_ = ended;
  sent_bytes_ += outcome.sent_bytes;
  received_bytes_ += outcome.received_bytes;
  if (is_good(outcome)) {
    latencies_.add(ended - due);
    current_.latencies.push_back(ended - due);
  } else {
    ++failed_;
    ++current_.failed;
    ++errors_[to_name(outcome)];
  }
}

double Tally::good_per_second() const {
  return seconds() > 0 ? static_cast<double>(good()) / seconds() : 0;
}

Second Tally::close(Current current) {
  std::ranges::sort(current.latencies);
  return {.good = current.latencies.size(),
          .failed = current.failed,
          .p50 = quantile(current.latencies, 0.5),
          .p99 = quantile(current.latencies, 0.99)};
}

std::vector<Second> Tally::timeline() const {
  std::vector<Second> all = closed_;
  if (ended() > 0) all.push_back(close(current_));
  return all;
}

}  // namespace kennel::load

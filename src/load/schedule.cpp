#include "load/schedule.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace kennel::load {

Schedule::Schedule(const Plan& plan)
    : plan_(plan), end_(plan.duration ? plan.warm_up + *plan.duration : Moment::max()) {
  base::check(plan.duration || plan.requests, "a load has an end");
  if (!plan.rate) return;
  base::check(*plan.rate > 0, "requests come at some rate");
  first_counted_ = first_from(plan.warm_up);
  if (plan.duration) numbers_ = first_from(end_);
  if (plan.requests) numbers_ = std::min(numbers_, first_counted_ + *plan.requests);
}

Moment Schedule::due_at(std::uint64_t number) const {
  return Moment(std::llround(static_cast<double>(number) * 1e9 / *plan_.rate));
}

std::uint64_t Schedule::first_from(Moment moment) const {
  const double near = to_seconds(moment) * *plan_.rate;
  auto number = static_cast<std::uint64_t>(std::max(0.0, near - 2));
  while (due_at(number) < moment) ++number;
  return number;
}

std::optional<Turn> Schedule::take(Moment now) {
  if (now >= end_) return std::nullopt;
  Turn turn{.number = next_, .due = now, .counts = now >= plan_.warm_up};
  if (plan_.rate) {
    const auto due = find_due(next_);
    if (!due || *due > now) return std::nullopt;
    turn.due = *due;
    turn.counts = next_ >= first_counted_;
  } else if (plan_.requests && counted_ == *plan_.requests) {
    return std::nullopt;
  }
  ++next_;
  if (turn.counts) ++counted_;
  return turn;
}

std::optional<Moment> Schedule::find_due(std::uint64_t number) const {
  if (number >= numbers_) return std::nullopt;
  return due_at(number);
}

std::uint64_t Schedule::count_waiting(Moment now) const {
  if (!plan_.rate) return 0;
  const std::uint64_t due = std::min(first_from(std::min(now, end_)), numbers_);
  const std::uint64_t taken = std::max(next_, first_counted_);
  return due > taken ? due - taken : 0;
}

double Schedule::progress(Moment now) const {
  double part = 0;
  if (plan_.duration) part = to_seconds(now) / to_seconds(end_);
  if (plan_.requests) {
    part = std::max(part, static_cast<double>(counted_) / static_cast<double>(*plan_.requests));
  }
  return std::min(part, 1.0);
}

}  // namespace kennel::load

// When requests are due. Pure: moments are times since the start, and the caller's.
//
//   closed loop   a request is due as soon as a connection is free to send it
//   open loop     request k is due at k / rate, whatever the server does: what is due while all
//                 connections are busy waits, and is late by then
//
//   0 ------ warm-up ------ | ------ duration: these count ------ | nothing is begun any more
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace kennel::load {

using Moment = std::chrono::nanoseconds;

[[nodiscard]] constexpr double to_seconds(Moment moment) {
  return std::chrono::duration<double>(moment).count();
}
[[nodiscard]] constexpr double to_ms(Moment moment) {
  return std::chrono::duration<double, std::milli>(moment).count();
}

struct Plan {
  std::optional<double> rate;  // requests a second; absent: closed loop
  Moment warm_up = std::chrono::seconds(1);
  std::optional<Moment> duration;         // after the warm-up
  std::optional<std::uint64_t> requests;  // that count; ends with whatever comes first
};

struct Turn {
  std::uint64_t number = 0;
  Moment due{0};
  bool counts = false;
};

class Schedule {
 public:
  // The plan has an end, and its rate is over 0.
  explicit Schedule(const Plan& plan);

  // The next request, where one is due. `now` never goes back.
  [[nodiscard]] std::optional<Turn> take(Moment now);
  // Open loop: when request `number` is due; nullopt: there is none.
  [[nodiscard]] std::optional<Moment> find_due(std::uint64_t number) const;
  // Open loop: requests that count, were due before `now` and were not taken.
  [[nodiscard]] std::uint64_t count_waiting(Moment now) const;
  // The part of the plan that is done, of its time or its requests, from 0 to 1.
  [[nodiscard]] double progress(Moment now) const;

 private:
  [[nodiscard]] Moment due_at(std::uint64_t number) const;
  // The first that is due at `moment` or after it.
  [[nodiscard]] std::uint64_t first_from(Moment moment) const;

  Plan plan_;
  Moment end_;
  std::uint64_t first_counted_ = 0;     // open loop
  std::uint64_t numbers_ = UINT64_MAX;  // open loop: so many are due in all
  std::uint64_t next_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace kennel::load

// Measures one phase of wall-clock time into a number of seconds, from here to the scope's end.
#pragma once

#include "base/clock.h"

namespace kennel::train {

class Stopwatch {
 public:
  Stopwatch(const base::Clock& clock, double& seconds)
      : clock_(clock), seconds_(seconds), start_(clock.now()) {}
  ~Stopwatch() { seconds_ = base::seconds_between(start_, clock_.now()); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const base::Clock& clock_;
  double& seconds_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace kennel::train

// The median rule, as SageMaker documents it: a trial stops where it is worse than the median of
// what earlier trials had on the average up to the same epoch.
#pragma once

#include "tune/trial.h"

namespace kennel::tune {

struct MedianRule {
  int trials_min = 3;  // before so many have ended nobody is stopped
  int epochs_min = 2;  // a trial has so many in any case
};

struct Verdict {
  int epoch = 0;  // from 1
  double loss = 0;
  double median = 0;
  std::size_t trials = 0;  // that the median is of
};

// Why the trial at `place` is to stop after its last epoch; nothing: it goes on. Earlier trials are
// those that have ended well and were through that epoch.
[[nodiscard]] std::optional<Verdict> should_stop(const MedianRule& rule, const Trials& trials,
                                                 std::size_t place);

}  // namespace kennel::tune

// What a search knows of the trials that were begun.
#pragma once

#include <optional>
#include <vector>

#include "tune/space.h"

namespace kennel::tune {

// kPaused: it has had all epochs that it was given, and may be given more.
enum class TrialState { kRunning, kPaused, kCompleted, kStopped, kFailed };

// Losses: the objective where it is minimized, its negative where it is maximized, so that lower is
// better for every strategy.
struct Trial {
  Configuration configuration;
  TrialState state = TrialState::kRunning;
  int epochs = 0;              // that it was given
  std::vector<double> losses;  // after each epoch that it has been through

  // The best of all its epochs: that is the model which is kept. None before the first epoch.
  [[nodiscard]] std::optional<double> best() const;
  // The same after `epochs` of them.
  [[nodiscard]] std::optional<double> best_within(int epochs) const;
  [[nodiscard]] bool is_running() const { return state == TrialState::kRunning; }
};

// In the order in which they were begun: a trial is known by its place.
using Trials = std::vector<Trial>;

}  // namespace kennel::tune

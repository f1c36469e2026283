// The trials of a search as people and files know them, and the events that made them so.
//
// Events are all there is: a search that goes on after its process was killed replays them.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tune/trial.h"

namespace kennel::trials {

// What is to become better: a metric that every epoch of a trial has.
struct Objective {
  std::string metric;
  bool maximize = false;

  // As strategies want it, lower is better; the way back is the same.
  [[nodiscard]] double loss_of(double value) const { return maximize ? -value : value; }
  [[nodiscard]] bool is_better(double one, double other) const {
    return loss_of(one) < loss_of(other);
  }
};

// Times are seconds since the search began, those of earlier processes included.
struct TrialRecord {
  int number = 0;  // from 1
  tune::Configuration configuration;
  tune::TrialState state = tune::TrialState::kRunning;
  int epochs = 0;              // that it was given
  std::vector<double> values;  // of the objective, after each epoch
  std::string reason;          // why it failed or was stopped
  double began = 0;
  double ended = 0;
  double seconds = 0;  // that it ran, without pauses
  double resumed = 0;  // when it last began or went on

  // The best epoch's, and which that is, from 1; none before the first epoch.
  [[nodiscard]] std::optional<double> best(const Objective& objective) const;
  [[nodiscard]] std::optional<int> best_epoch(const Objective& objective) const;
};

[[nodiscard]] std::string_view to_name(tune::TrialState state);  // "completed", "stopped" ...

struct Begun {
  int trial = 0;
  tune::Configuration configuration;
  int epochs = 0;
  double at = 0;
};
// It goes on, up to so many epochs: after a pause, or from where a killed process left it, in
// which case it tells its epochs again.
struct Continued {
  int trial = 0;
  int epochs = 0;
  double at = 0;
};
struct EpochDone {
  int trial = 0;
  int epoch = 0;  // from 1
  double value = 0;
  double at = 0;
};
struct Ended {
  int trial = 0;
  tune::TrialState state = tune::TrialState::kCompleted;
  std::string reason;
  double at = 0;
};
using Event = std::variant<Begun, Continued, EpochDone, Ended>;

using TrialRecords = std::vector<TrialRecord>;  // trial n at n - 1

// False: it does not follow from what there is, an epoch of a trial that never began, say.
[[nodiscard]] bool apply_event(const Event& event, TrialRecords& trials);

[[nodiscard]] tune::Trials to_trials(const TrialRecords& records, const Objective& objective);
// The place of the best of all that did not fail; none without any epoch.
[[nodiscard]] std::optional<std::size_t> find_best(const TrialRecords& records,
                                                   const Objective& objective);

}  // namespace kennel::trials

// Runs the trials of a search: as many at once as it is told, until the trials, the time or the
// patience is over, the target reached or the user wants to go.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "trials/journal.h"
#include "tune/early_stopping.h"
#include "tune/search.h"

namespace kennel::trials {

struct TrialTask {
  int number = 0;  // from 1
  const tune::Space& space;
  tune::Configuration configuration;
  int epochs_begun = 0;  // 0: from the start; else from where it paused, or was killed
  int epochs = 0;        // up to here, for now
  const std::atomic<bool>& stop;
};

// How a trial came back. Stopped: because it was told to.
enum class Return { kDone, kStopped, kFailed };
struct TrialReturn {
  Return how = Return::kDone;
  std::string reason;
};

// Runs one trial. Called on several threads at once; an exception is a failed trial.
class TrialRunner {
 public:
  virtual ~TrialRunner() = default;
  // `on_epoch` with the objective's value after each epoch, in order, from `epochs_begun` + 1 or
  // from any earlier one on.
  [[nodiscard]] virtual TrialReturn run(const TrialTask& task,
                                        const std::function<void(int, double)>& on_epoch) = 0;
};

// Hears what happens, from one thread at a time.
class SearchObserver {
 public:
  virtual ~SearchObserver() = default;
  virtual void on_change(const TrialRecords& trials, std::size_t changed, const Event& event) = 0;
};

struct SearchOptions {
  tune::Search search;
  Objective objective;
  std::size_t parallel = 1;
  std::optional<double> seconds_max = {};  // of all processes together
  std::optional<double> target = {};       // ends once the objective is as good
  int patience = 0;                        // ends after so many trials without a better one
  std::optional<tune::MedianRule> median_rule = tune::MedianRule{};
};

enum class SearchEnding { kAllTrials, kTime, kTarget, kPatience, kInterrupted };
[[nodiscard]] std::string_view to_name(SearchEnding ending);  // "all trials", "time" ...

struct SearchOutcome {
  TrialRecords trials;
  SearchEnding ending = SearchEnding::kAllTrials;
  double seconds = 0;
};

// What it begins with: nothing, or what an earlier process wrote.
struct SearchParts {
  TrialRunner& runner;
  Journal& journal;
  SearchObserver& observer;
  const base::Clock& clock;
  const std::atomic<bool>& interrupted;
};
[[nodiscard]] SearchOutcome run_search(const SearchOptions& options, TrialRecords trials,
                                       const SearchParts& parts);

}  // namespace kennel::trials

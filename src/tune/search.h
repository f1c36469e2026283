// What to try next: pure functions of the space, the trials so far and a seed. No clock, no files,
// no state: the same trials and the same seed give the same proposals.
//
// Random search, grid search, Bayesian optimization (bayesian.h), Hyperband (Li et al. 2018) and
// ASHA (Li et al. 2020; halving.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tune/trial.h"

namespace kennel::tune {

enum class Strategy { kRandom, kGrid, kBayesian, kHyperband, kAsha };
[[nodiscard]] std::string_view to_name(Strategy strategy);  // "random", "bayesian" ...
[[nodiscard]] base::Result<Strategy> parse_strategy(std::string_view name);
// Whether it gives trials their epochs piece by piece, and so needs them to go on where they were.
[[nodiscard]] bool promotes(Strategy strategy);

struct Search {
  Space space;  // valid
  Strategy strategy = Strategy::kBayesian;
  int trials_max = 20;
  int epochs = 15;  // of a trial; of the longest, where they differ
  std::uint64_t seed = 1;
  // Hyperband and ASHA: of each rung one in so many goes on, and the first rung's epochs.
  int reduction = 3;
  int epochs_min = 1;
  // The first of all trials, where somebody knows a good one.
  std::optional<Configuration> first = {};
  // What other searches found, by configurations of this space.
  Trials earlier = {};
};

struct Proposal {
  // The place of a trial that is to go on from where it is; a new one otherwise.
  std::optional<std::size_t> trial = {};
  Configuration configuration = {};
  int epochs = 0;  // all in all

  bool operator==(const Proposal&) const = default;
};

// Up to `count` trials to run beside those that run. Fewer, or none: nothing more can be told
// before one of the running trials has an outcome; or, when none runs, the search is over.
[[nodiscard]] std::vector<Proposal> propose(const Search& search, const Trials& trials,
                                            std::size_t count);

// kInvalid, naming what is wrong: the space, no trials, no epochs, a reduction below 2, a grid
// with more points than `trials_max`.
[[nodiscard]] base::Result<void> validate(const Search& search);

}  // namespace kennel::tune

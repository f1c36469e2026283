// Searches that are played to their end, on functions instead of trainings.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "tune/search.h"

namespace kennel::tune {

// The loss of a configuration after an epoch, from 1.
using Game = std::function<double(const Configuration&, int epoch)>;

inline void run_to_its_budget(Trial& trial, const Game& game, const Search& search) {
  trial.state = trial.epochs < search.epochs ? TrialState::kPaused : TrialState::kCompleted;
  while (static_cast<int>(trial.losses.size()) < trial.epochs) {
    const int epoch = static_cast<int>(trial.losses.size()) + 1;
    trial.losses.push_back(game(trial.configuration, epoch));
    if (std::isfinite(trial.losses.back())) continue;
    trial.state = TrialState::kFailed;
    return;
  }
}

// `parallel` trials at a time; the oldest ends first.
inline Trials play(const Search& search, const Game& game, std::size_t parallel) {
  Trials trials;
  for (;;) {
    const auto running =
        static_cast<std::size_t>(std::ranges::count_if(trials, &Trial::is_running));
    const auto proposals = propose(search, trials, parallel - running);
    for (const Proposal& one : proposals) {
      if (!one.trial) trials.push_back({.configuration = one.configuration});
      Trial& trial = one.trial ? trials[*one.trial] : trials.back();
      trial.state = TrialState::kRunning;
      trial.epochs = one.epochs;
    }
    const auto oldest = std::ranges::find_if(trials, &Trial::is_running);
    if (oldest == trials.end()) return trials;
    run_to_its_budget(*oldest, game, search);
  }
}

}  // namespace kennel::tune

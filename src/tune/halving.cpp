#include "tune/halving.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kennel::tune {
namespace {

// A bracket: trials that compete with each other. Its rungs are counted from the space's lowest.
struct Bracket {
  std::size_t first_rung = 0;
  std::size_t size = 0;             // how many trials begin in it; 0: however many there are
  std::vector<std::size_t> trials;  // places
};

// Hyperband's: the more epochs a bracket begins with, the fewer trials it has.
std::size_t bracket_size(const Search& search, std::size_t rungs, std::size_t first) {
  const auto halvings = static_cast<double>(rungs - 1 - first);
  const double size = static_cast<double>(rungs) / (halvings + 1) *
                      std::pow(static_cast<double>(search.reduction), halvings);
  return static_cast<std::size_t>(std::ceil(size - 1e-9));
}

// Hyperband begins with the bracket that has most trials, and begins anew after the last.
std::vector<Bracket> hyperband_brackets(const Search& search, std::size_t rungs,
                                        std::size_t trials) {
  std::vector<Bracket> brackets;
  const std::size_t trials_max = std::max(static_cast<std::size_t>(search.trials_max), trials);
  std::size_t place = 0;
  while (place < trials) {
    Bracket bracket{.first_rung = brackets.size() % rungs};
    const std::size_t whole = bracket_size(search, rungs, bracket.first_rung);
    bracket.size = std::min(whole, trials_max - place);
    for (; place < trials && bracket.trials.size() < bracket.size; ++place) {
      bracket.trials.push_back(place);
    }
    brackets.push_back(std::move(bracket));
  }
  return brackets;
}

std::vector<Bracket> brackets_of(const Search& search, std::size_t rungs, std::size_t trials) {
  if (search.strategy == Strategy::kHyperband) return hyperband_brackets(search, rungs, trials);
  Bracket all;
  for (std::size_t place = 0; place < trials; ++place) all.trials.push_back(place);
  return {all};
}

struct Standing {
  std::size_t trial;
  double loss;
};

// One rung of a bracket: whoever has been through it, the best first, and whether others will come.
struct Rung {
  std::vector<Standing> passed;
  std::size_t failed = 0;  // they had their turn, and go no further
  std::size_t expected = 0;
};

Rung stand_on(const Bracket& bracket, const Trials& trials, int epochs) {
  Rung rung;
  for (const std::size_t place : bracket.trials) {
    const Trial& trial = trials[place];
    const auto loss = trial.best_within(epochs);
    const bool ended = trial.state == TrialState::kFailed || trial.state == TrialState::kStopped;
    // One may tell fewer epochs than it was given, and tells them anew when it goes on.
    const bool passed = trial.losses.size() >= static_cast<std::size_t>(epochs) ||
                        trial.epochs > epochs ||
                        (!ended && !trial.is_running() && trial.epochs >= epochs);
    if (passed) {
      const double worst = std::numeric_limits<double>::infinity();
      rung.passed.push_back({place, loss.value_or(worst)});
    } else if (ended && trial.epochs >= epochs) {
      ++rung.failed;
    }
  }
  std::ranges::stable_sort(rung.passed, std::ranges::less(), &Standing::loss);
  return rung;
}

std::size_t through(const Search& search, std::size_t count) {
  return count / static_cast<std::size_t>(search.reduction);
}

bool waits_at(const Trial& trial, int epochs) {
  return trial.state == TrialState::kPaused && trial.epochs == epochs;
}

// From the top down: whoever is nearest to the end comes first.
std::optional<Promotion> promote_in(const Search& search, const Bracket& bracket,
                                    const Trials& trials, const std::vector<int>& rungs) {
  std::optional<Promotion> found;
  std::size_t expected = bracket.size;
  for (std::size_t rung = bracket.first_rung; rung + 1 < rungs.size(); ++rung) {
    const Rung standing = stand_on(bracket, trials, rungs[rung]);
    const std::size_t ended = standing.passed.size() + standing.failed;
    // All of a bracket must have ended; without brackets, however many have.
    const bool may = expected == 0 || ended >= expected;
    const std::size_t best = may ? through(search, ended) : 0;
    for (std::size_t place = 0; place < std::min(best, standing.passed.size()); ++place) {
      const std::size_t trial = standing.passed[place].trial;
      if (!waits_at(trials[trial], rungs[rung])) continue;
      found = {trial, rungs[rung + 1]};
      break;
    }
    // Of those that failed none comes to the next rung.
    if (expected > 0) {
      expected = through(search, expected);
      if (may) expected = std::min(expected, standing.passed.size());
    }
    if (bracket.size > 0 && expected == 0) break;
  }
  return found;
}

// Where so few took part that nobody is one in `reduction`.
std::optional<Promotion> promote_last(const Trials& trials, const std::vector<int>& rungs) {
  for (std::size_t rung = rungs.size() - 1; rung-- > 0;) {
    std::optional<Promotion> best;
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t place = 0; place < trials.size(); ++place) {
      if (!waits_at(trials[place], rungs[rung])) continue;
      const auto loss = trials[place].best();
      if (!loss || *loss >= lowest) continue;
      lowest = *loss;
      best = Promotion{place, rungs[rung + 1]};
    }
    if (best) return best;
  }
  return std::nullopt;
}

bool has_one_through(const Trials& trials) {
  return std::ranges::any_of(
      trials, [](const Trial& trial) { return trial.state == TrialState::kCompleted; });
}

}  // namespace

std::vector<int> rungs_of(const Search& search) {
  std::vector<int> rungs{search.epochs};
  for (double epochs = search.epochs;;) {
    epochs /= search.reduction;
    if (epochs < search.epochs_min) return rungs;
    rungs.insert(rungs.begin(), static_cast<int>(std::lround(epochs)));
  }
}

std::size_t first_rung(const Search& search, std::size_t place) {
  const std::size_t rungs = rungs_of(search).size();
  return brackets_of(search, rungs, place + 1).back().first_rung;
}

std::optional<Promotion> find_promotion(const Search& search, const Trials& trials) {
  const std::vector<int> rungs = rungs_of(search);
  for (const Bracket& bracket : brackets_of(search, rungs.size(), trials.size())) {
    if (const auto found = promote_in(search, bracket, trials, rungs)) return found;
  }
  const bool over = trials.size() >= static_cast<std::size_t>(search.trials_max) &&
                    std::ranges::none_of(trials, &Trial::is_running);
  if (over && !has_one_through(trials)) return promote_last(trials, rungs);
  return std::nullopt;
}

}  // namespace kennel::tune

#include "tune/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tune/bayesian.h"
#include "tune/grid.h"
#include "tune/halving.h"
#include "tune/sampling.h"

namespace kennel::tune {
namespace {

using base::ErrorKind;

constexpr std::array<std::pair<Strategy, std::string_view>, 5> kStrategies{
    {{Strategy::kRandom, "random"},
     {Strategy::kGrid, "grid"},
     {Strategy::kBayesian, "bayesian"},
     {Strategy::kHyperband, "hyperband"},
     {Strategy::kAsha, "asha"}}};

// The next random one that is new, as far as that can be had.
Configuration random_configuration(const Search& search, const Trials& trials,
                                   std::uint64_t number) {
  constexpr std::uint64_t kLooksMax = 100;
  const base::Random random = base::Random(search.seed).fork("random", number);
  Configuration one;
  for (std::uint64_t look = 0; look < kLooksMax; ++look) {
    one = configuration_at(search.space, random_point(random, look, search.space.size()));
    const auto same = [&](const Trial& trial) { return trial.configuration == one; };
    if (std::ranges::none_of(trials, same)) break;
  }
  return one;
}

std::vector<Configuration> random_configurations(const Search& search, const Trials& trials,
                                                 std::size_t count) {
  std::vector<Configuration> proposed;
  Trials all = trials;
  for (std::size_t number = 0; number < count; ++number) {
    proposed.push_back(random_configuration(search, all, trials.size() + number));
    all.push_back({.configuration = proposed.back()});
  }
  return proposed;
}

std::vector<Configuration> new_configurations(const Search& search, const Trials& trials,
                                              std::size_t count) {
  if (search.strategy == Strategy::kBayesian) return propose_bayesian(search, trials, count);
  if (search.strategy == Strategy::kGrid) return propose_grid(search, trials, count);
  return random_configurations(search, trials, count);
}

std::vector<Proposal> begin_trials(const Search& search, const Trials& trials, std::size_t count) {
  const auto trials_max = static_cast<std::size_t>(search.trials_max);
  const std::size_t left = trials_max - std::min(trials_max, trials.size());
  count = std::min(count, left);
  std::vector<Configuration> configurations;
  if (count > 0 && trials.empty() && search.first && search.strategy != Strategy::kGrid) {
    configurations.push_back(*search.first);
  }
  Trials before = trials;
  for (const Configuration& one : configurations) before.push_back({.configuration = one});
  const auto more = new_configurations(search, before, count - configurations.size());
  configurations.insert(configurations.end(), more.begin(), more.end());
  const std::vector<int> rungs = rungs_of(search);
  std::vector<Proposal> proposals;
  for (Configuration& one : configurations) {
    const std::size_t place = trials.size() + proposals.size();
    const int epochs = promotes(search.strategy) ? rungs[first_rung(search, place)] : search.epochs;
    proposals.push_back({.configuration = std::move(one), .epochs = epochs});
  }
  return proposals;
}

}  // namespace

std::string_view to_name(Strategy strategy) {
  return std::ranges::find(kStrategies, strategy, &std::pair<Strategy, std::string_view>::first)
      ->second;
}

base::Result<Strategy> parse_strategy(std::string_view name) {
  const auto* const found =
      std::ranges::find(kStrategies, name, &std::pair<Strategy, std::string_view>::second);
  if (found != kStrategies.end()) return found->first;
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("there is no strategy \"{}\"; say bayesian, random, grid, "
                                "hyperband or asha",
                                name));
}

bool promotes(Strategy strategy) {
  return strategy == Strategy::kHyperband || strategy == Strategy::kAsha;
}

base::Result<void> validate(const Search& search) {
  KENNEL_TRY_VOID(validate(search.space));
  const auto wrong = [](std::string message) {
    return base::fail(ErrorKind::kInvalid, std::move(message));
  };
  if (search.trials_max < 1) return wrong("a search needs at least one trial");
  if (search.epochs < 1) return wrong("a trial needs at least one epoch");
  if (search.reduction < 2) return wrong("a reduction of less than 2 leaves nobody out");
  if (search.epochs_min < 1 || search.epochs_min > search.epochs) {
    return wrong(fmt::format("the first rung must have 1 to {} epochs, not {}", search.epochs,
                             search.epochs_min));
  }
  if (search.strategy != Strategy::kGrid) return {};
  const std::uint64_t points = count_grid_points(search);
  if (points <= static_cast<std::uint64_t>(search.trials_max)) return {};
  return wrong(
      fmt::format("the grid has {} points, which are more than {} trials: ask for as many "
                  "trials, or leave values out",
                  points, search.trials_max));
}

std::vector<Proposal> propose(const Search& search, const Trials& trials, std::size_t count) {
  std::vector<Proposal> proposals;
  Trials as_they_go_on = trials;
  while (promotes(search.strategy) && proposals.size() < count) {
    const auto promotion = find_promotion(search, as_they_go_on);
    if (!promotion) break;
    Trial& trial = as_they_go_on[promotion->trial];
    proposals.push_back({promotion->trial, trial.configuration, promotion->epochs});
    trial.state = TrialState::kRunning;
    trial.epochs = promotion->epochs;
  }
  if (proposals.size() == count) return proposals;
  auto begun = begin_trials(search, trials, count - proposals.size());
  std::ranges::move(begun, std::back_inserter(proposals));
  return proposals;
}

}  // namespace kennel::tune

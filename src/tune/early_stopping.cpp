#include "tune/early_stopping.h"

#include <algorithm>
#include <numeric>

namespace kennel::tune {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::optional<Verdict> should_stop(const MedianRule& rule, const Trials& trials,
                                   std::size_t place) {
  const std::vector<double>& losses = trials[place].losses;
  const std::size_t epoch = losses.size();
  if (epoch < static_cast<std::size_t>(std::max(rule.epochs_min, 1))) return std::nullopt;
  std::vector<double> averages;
  for (std::size_t other = 0; other < trials.size(); ++other) {
    const Trial& trial = trials[other];
    if (other == place || trial.state != TrialState::kCompleted) continue;
    if (trial.losses.size() < epoch) continue;
    const auto end = trial.losses.begin() + static_cast<std::ptrdiff_t>(epoch);
    averages.push_back(std::accumulate(trial.losses.begin(), end, 0.0) /
                       static_cast<double>(epoch));
  }
  if (averages.size() < static_cast<std::size_t>(std::max(rule.trials_min, 1))) {
    return std::nullopt;
  }
  const std::size_t count = averages.size();
  const double middle = median(std::move(averages));
  if (losses.back() <= middle) return std::nullopt;
  return Verdict{static_cast<int>(epoch), losses.back(), middle, count};
}

}  // namespace kennel::tune

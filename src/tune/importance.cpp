#include "tune/importance.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "tune/gaussian_process.h"
#include "tune/sampling.h"

namespace kennel::tune {
namespace {

constexpr std::size_t kOutcomesMin = 4;
constexpr std::uint64_t kLevels = 16;   // of the parameter in question
constexpr std::uint64_t kSamples = 64;  // of all others, at each level

std::vector<Observation> outcomes_of(const Space& space, const Trials& trials) {
  std::vector<Observation> outcomes;
  for (const Trial& trial : trials) {
    const auto best = trial.best();
    if (!best || trial.state == TrialState::kFailed) continue;
    outcomes.push_back({point_of(space, trial.configuration), *best});
  }
  if (outcomes.size() < kOutcomesMin) return {};
  const auto [lowest, highest] = std::ranges::minmax_element(outcomes, {}, &Observation::loss);
  if (!(lowest->loss < highest->loss)) return {};
  return outcomes;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size());
}

// A value that the parameter can have, as a coordinate.
Point snapped(const Space& space, const Point& point) {
  return point_of(space, configuration_at(space, point));
}

}  // namespace

std::vector<double> importance(const Space& space, const Trials& trials) {
  const auto outcomes = outcomes_of(space, trials);
  if (outcomes.empty()) return {};
  const GaussianProcess process(space, outcomes);
  const base::Random random(1);
  std::vector<double> parts;
  for (std::size_t place = 0; place < space.size(); ++place) {
    std::vector<double> means;
    std::vector<double> all;
    for (std::uint64_t level = 0; level < kLevels; ++level) {
      std::vector<double> at_level;
      for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
        Point point = random_point(random, sample, space.size());
        point[place] = (static_cast<double>(level) + 0.5) / kLevels;
        at_level.push_back(process.at(snapped(space, point)).mean);
      }
      means.push_back(mean_of(at_level));
      all.insert(all.end(), at_level.begin(), at_level.end());
    }
    const double whole = variance_of(all);
    parts.push_back(whole > 0 ? std::min(variance_of(means) / whole, 1.0) : 0);
  }
  return parts;
}

std::vector<double> surface(const Space& space, const Trials& trials, const Configuration& at,
                            std::size_t x, std::size_t y, std::size_t columns, std::size_t rows) {
  const auto outcomes = outcomes_of(space, trials);
  if (outcomes.empty()) return {};
  const GaussianProcess process(space, outcomes);
  std::vector<double> values;
  Point point = point_of(space, at);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      point[x] = (static_cast<double>(column) + 0.5) / static_cast<double>(columns);
      point[y] = (static_cast<double>(row) + 0.5) / static_cast<double>(rows);
      values.push_back(process.at(snapped(space, point)).mean);
    }
  }
  return values;
}

}  // namespace kennel::tune

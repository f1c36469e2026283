#include "tune/grid.h"

#include <algorithm>
#include <limits>

namespace kennel::tune {
namespace {

constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

std::uint64_t multiply(std::uint64_t one, std::uint64_t other) {
  return other != 0 && one > kEndless / other ? kEndless : one * other;
}

std::vector<std::uint64_t> levels_with(const Space& space, std::uint64_t each) {
  std::vector<std::uint64_t> levels;
  for (const Parameter& parameter : space) {
    const std::uint64_t count = count_values(parameter);
    if (is_categorical(parameter)) {
      levels.push_back(count);
    } else {
      levels.push_back(count == 0 ? each : std::min(count, each));
    }
  }
  return levels;
}

std::uint64_t product(const std::vector<std::uint64_t>& levels) {
  std::uint64_t all = 1;
  for (const std::uint64_t count : levels) all = multiply(all, count);
  return all;
}

// The most levels of each number for which the whole grid is no more than the trials.
std::vector<std::uint64_t> levels_of(const Search& search) {
  const auto trials_max = static_cast<std::uint64_t>(search.trials_max);
  std::vector<std::uint64_t> best = levels_with(search.space, 1);
  for (std::uint64_t each = 2; each <= trials_max; ++each) {
    std::vector<std::uint64_t> levels = levels_with(search.space, each);
    if (product(levels) > trials_max) break;
    best = std::move(levels);
  }
  return best;
}

double coordinate(std::uint64_t level, std::uint64_t levels, bool categorical) {
  const auto at = static_cast<double>(level);
  const auto count = static_cast<double>(levels);
  if (categorical) return (at + 0.5) / count;
  return levels == 1 ? 0.5 : at / (count - 1);
}

Configuration grid_configuration(const Search& search, const std::vector<std::uint64_t>& levels,
                                 std::uint64_t number) {
  Point point(levels.size());
  for (std::size_t place = levels.size(); place-- > 0;) {
    point[place] =
        coordinate(number % levels[place], levels[place], is_categorical(search.space[place]));
    number /= levels[place];
  }
  return configuration_at(search.space, point);
}

}  // namespace

std::uint64_t count_grid_points(const Search& search) { return product(levels_of(search)); }

std::vector<Configuration> propose_grid(const Search& search, const Trials& trials,
                                        std::size_t count) {
  const std::vector<std::uint64_t> levels = levels_of(search);
  const std::uint64_t points = product(levels);
  std::vector<Configuration> proposed;
  for (std::uint64_t number = 0; number < points && proposed.size() < count; ++number) {
    Configuration one = grid_configuration(search, levels, number);
    const auto same = [&](const Trial& trial) { return trial.configuration == one; };
    if (std::ranges::any_of(trials, same)) continue;
    if (std::ranges::find(proposed, one) == proposed.end()) proposed.push_back(std::move(one));
  }
  return proposed;
}

}  // namespace kennel::tune

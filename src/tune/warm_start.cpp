#include "tune/warm_start.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"

namespace kennel::tune {
namespace {

template <class Ends, class Number>
std::optional<Value> within(const Ends& range, std::optional<Number> number) {
  if (!number || *number < range.low || *number > range.high) return std::nullopt;
  return *number;
}

// How often each parameter kept a trial from being used, or had to be made up.
struct Tally {
  std::size_t missing = 0;
  std::size_t outside = 0;
};

void note(const std::string& name, const Tally& tally, std::size_t trials,
          std::vector<std::string>& notes) {
  if (tally.missing > 0) {
    notes.push_back(
        fmt::format("{} is new: {} of {} earlier trials are taken as if it had had its "
                    "default",
                    name, tally.missing, trials));
  }
  if (tally.outside > 0) {
    notes.push_back(
        fmt::format("{} has another range now: {} of {} earlier trials are outside of "
                    "it and left out",
                    name, tally.outside, trials));
  }
}

Value default_value(const Parameter& parameter,
                    const std::map<std::string, std::string>& defaults) {
  if (const auto found = defaults.find(parameter.name); found != defaults.end()) {
    if (auto value = parse_value(parameter.range, found->second)) return *std::move(value);
  }
  return value_at(parameter.range, 0.5);
}

}  // namespace

std::optional<Value> parse_value(const Range& range, const std::string& text) {
  if (const auto* numbers = std::get_if<ContinuousRange>(&range)) {
    return within(*numbers, base::parse_number<double>(text));
  }
  if (const auto* integers = std::get_if<IntegerRange>(&range)) {
    return within(*integers, base::parse_number<std::int64_t>(text));
  }
  const auto& values = std::get<CategoricalRange>(range).values;
  if (std::ranges::find(values, text) == values.end()) return std::nullopt;
  return text;
}

WarmStart map_trials(const Space& space, const std::vector<EarlierTrial>& earlier,
                     const std::map<std::string, std::string>& defaults) {
  WarmStart start;
  std::vector<Tally> tallies(space.size());
  for (const EarlierTrial& one : earlier) {
    Trial trial{.state = TrialState::kCompleted, .epochs = 1, .losses = {one.loss}};
    bool usable = true;
    for (std::size_t place = 0; place < space.size(); ++place) {
      const auto found = one.values.find(space[place].name);
      const bool missing = found == one.values.end();
      const auto value = missing ? default_value(space[place], defaults)
                                 : parse_value(space[place].range, found->second);
      tallies[place].missing += missing ? 1 : 0;
      tallies[place].outside += value ? 0 : 1;
      usable = usable && value.has_value();
      if (value) trial.configuration.push_back(*value);
    }
    if (usable) start.trials.push_back(std::move(trial));
  }
  for (std::size_t place = 0; place < space.size(); ++place) {
    note(space[place].name, tallies[place], earlier.size(), start.notes);
  }
  return start;
}

}  // namespace kennel::tune

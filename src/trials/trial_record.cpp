#include "trials/trial_record.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kennel::trials {
namespace {

using tune::TrialState;

TrialRecord* find(TrialRecords& trials, int number) {
  const bool known = number >= 1 && number <= static_cast<int>(trials.size());
  return known ? &trials[static_cast<std::size_t>(number) - 1] : nullptr;
}

bool take(const Begun& event, TrialRecords& trials) {
  if (event.trial != static_cast<int>(trials.size()) + 1) return false;
  trials.push_back({.number = event.trial,
                    .configuration = event.configuration,
                    .epochs = event.epochs,
                    .began = event.at,
                    .ended = event.at,
                    .resumed = event.at});
  return true;
}

bool take(const Continued& event, TrialRecords& trials) {
  TrialRecord* trial = find(trials, event.trial);
  if (trial == nullptr) return false;
  trial->state = TrialState::kRunning;
  trial->epochs = event.epochs;
  trial->resumed = event.at;
  return true;
}

// An epoch that is told again takes the place of what was told before, and of all behind it.
bool take(const EpochDone& event, TrialRecords& trials) {
  TrialRecord* trial = find(trials, event.trial);
  const bool follows = trial != nullptr && trial->state == TrialState::kRunning &&
                       event.epoch >= 1 &&
                       event.epoch <= static_cast<int>(trial->values.size()) + 1;
  if (!follows) return false;
  trial->values.resize(static_cast<std::size_t>(event.epoch) - 1);
  trial->values.push_back(event.value);
  trial->ended = std::max(trial->ended, event.at);
  return true;
}

bool take(const Ended& event, TrialRecords& trials) {
  TrialRecord* trial = find(trials, event.trial);
  if (trial == nullptr || trial->state != TrialState::kRunning) return false;
  trial->state = event.state;
  trial->reason = event.reason;
  trial->ended = event.at;
  trial->seconds += event.at - trial->resumed;
  return true;
}

}  // namespace

std::optional<int> TrialRecord::best_epoch(const Objective& objective) const {
  std::optional<int> best;
  for (std::size_t epoch = 0; epoch < values.size(); ++epoch) {
    if (!std::isfinite(values[epoch])) continue;
    const bool better =
        !best || objective.is_better(values[epoch], values[static_cast<std::size_t>(*best) - 1]);
    if (better) best = static_cast<int>(epoch) + 1;
  }
  return best;
}

std::optional<double> TrialRecord::best(const Objective& objective) const {
  const auto epoch = best_epoch(objective);
  if (!epoch) return std::nullopt;
  return values[static_cast<std::size_t>(*epoch) - 1];
}

std::string_view to_name(TrialState state) {
  constexpr std::array<std::string_view, 5> kNames{"running", "paused", "completed", "stopped",
                                                   "failed"};
  return kNames.at(static_cast<std::size_t>(state));
}

bool apply_event(const Event& event, TrialRecords& trials) {
  return std::visit([&](const auto& one) { return take(one, trials); }, event);
}

tune::Trials to_trials(const TrialRecords& records, const Objective& objective) {
  tune::Trials trials;
  for (const TrialRecord& record : records) {
    tune::Trial trial{
        .configuration = record.configuration, .state = record.state, .epochs = record.epochs};
    for (const double value : record.values) trial.losses.push_back(objective.loss_of(value));
    trials.push_back(std::move(trial));
  }
  return trials;
}

std::optional<std::size_t> find_best(const TrialRecords& records, const Objective& objective) {
  std::optional<std::size_t> best;
  std::optional<double> highest;
  for (std::size_t place = 0; place < records.size(); ++place) {
    const auto value = records[place].best(objective);
    if (!value || records[place].state == TrialState::kFailed) continue;
    if (highest && !objective.is_better(*value, *highest)) continue;
    highest = value;
    best = place;
  }
  return best;
}

}  // namespace kennel::trials

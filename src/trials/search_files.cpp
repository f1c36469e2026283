#include "trials/search_files.h"

#include <fmt/format.h>

#include "trials/space_text.h"

namespace kennel::trials {
namespace {

using nlohmann::json;

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + "\"";
}

json trial_json(const SearchOptions& options, const TrialRecord& trial) {
  const auto best = trial.best(options.objective);
  const auto epoch = trial.best_epoch(options.objective);
  return {{"trial", trial.number},
          {"state", to_name(trial.state)},
          {"values", to_json(options.search.space, trial.configuration)},
          {"objective", best ? json(*best) : json()},
          {"best_epoch", epoch ? json(*epoch) : json()},
          {"epochs", trial.values},
          {"began", trial.began},
          {"seconds", trial.seconds},
          {"reason", trial.reason}};
}

}  // namespace

json search_json(const SearchOptions& options) {
  const tune::Search& search = options.search;
  return {{"space", to_json(search.space)},
          {"strategy", to_name(search.strategy)},
          {"epochs", search.epochs},
          {"seed", search.seed},
          {"objective", options.objective.metric},
          {"maximize", options.objective.maximize},
          {"early_stopping", options.median_rule ? "median" : "off"}};
}

std::string trials_csv(const SearchOptions& options, const TrialRecords& trials) {
  std::string text = "trial,state";
  for (const tune::Parameter& parameter : options.search.space) text += "," + cell(parameter.name);
  text += ",objective,best_epoch,epochs,seconds,reason\n";
  for (const TrialRecord& trial : trials) {
    text += fmt::format("{},{}", trial.number, to_name(trial.state));
    for (const tune::Value& value : trial.configuration) text += "," + cell(tune::to_text(value));
    const auto best = trial.best(options.objective);
    const auto epoch = trial.best_epoch(options.objective);
    text += fmt::format(",{},{},{},{:.3f},{}\n", best ? fmt::format("{}", *best) : "",
                        epoch ? fmt::format("{}", *epoch) : "", trial.values.size(), trial.seconds,
                        cell(trial.reason));
  }
  return text;
}

json tuning_json(const SearchOptions& options, const SearchOutcome& outcome) {
  json trials = json::array();
  for (const TrialRecord& trial : outcome.trials) trials.push_back(trial_json(options, trial));
  const auto best = find_best(outcome.trials, options.objective);
  return {{"search", search_json(options)},
          {"ending", to_name(outcome.ending)},
          {"seconds", outcome.seconds},
          {"best", best ? json(outcome.trials[*best].number) : json()},
          {"trials", trials}};
}

}  // namespace kennel::trials

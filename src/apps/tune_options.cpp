#include "apps/tune_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/environment.h"
#include "apps/head_trials.h"
#include "apps/train_options.h"
#include "base/shell_word.h"
#include "trials/space_text.h"
#include "tune/warm_start.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::uint64_t kSpaceBytesMax = base::kMiB;

base::Result<tune::Space> read_space(const base::Path& path) {
  KENNEL_TRY(const base::Bytes bytes, base::read_file(path, kSpaceBytesMax));
  try {
    auto space = trials::space_from(json::parse(bytes));
    if (!space) return base::fail_in(path.string(), space.error());
    return space;
  } catch (const json::exception& error) {
    return base::fail(ErrorKind::kInvalid, fmt::format("{}: {}", path.string(), error.what()));
  }
}

// A --range takes the place of one of the same name in the file.
base::Result<tune::Space> asked_space(const TuneCommand& command) {
  tune::Space space;
  if (command.space) {
    KENNEL_TRY(space, read_space(*command.space));
  }
  for (const std::string& text : command.ranges) {
    KENNEL_TRY(tune::Parameter parameter, trials::parse_range(text));
    const auto same = std::ranges::find(space, parameter.name, &tune::Parameter::name);
    if (same == space.end()) {
      space.push_back(std::move(parameter));
    } else {
      *same = std::move(parameter);
    }
  }
  return space;
}

base::Result<tune::Space> search_space(const TuneCommand& command) {
  KENNEL_TRY(tune::Space space, asked_space(command));
  if (command.command) {
    if (space.empty()) {
      return base::fail(ErrorKind::kInvalid,
                        "say what to tune: --range NAME=LOW:HIGH, or --space FILE");
    }
    KENNEL_TRY_VOID(tune::validate(space));
    return space;
  }
  return fit_to_training(space.empty() ? default_space() : std::move(space));
}

base::Result<trials::Objective> objective_of(const TuneCommand& command) {
  trials::Objective objective{.metric = command.objective, .maximize = command.maximize};
  if (command.command) {
    if (objective.metric == TuneCommand().objective) objective.metric = "objective";
    return objective;
  }
  KENNEL_TRY_VOID(check_objective(objective.metric));
  const bool higher_is_better = objective.metric.ends_with("top-1");
  objective.maximize = command.maximize || (higher_is_better && !command.minimize);
  return objective;
}

// Trials of an earlier search that have a value, as text.
base::Result<std::vector<tune::EarlierTrial>> read_earlier(const base::Path& folder,
                                                           const trials::Objective& objective) {
  const base::Path path = folder / "trials.jsonl";
  const auto search = trials::read_search(path);
  if (!search) return base::fail_in("--warm-start", search.error());
  if (search->value("objective", "") != objective.metric ||
      search->value("maximize", false) != objective.maximize) {
    return base::fail(ErrorKind::kConflict,
                      fmt::format("--warm-start: {} was a search for {}, which tells nothing of {}",
                                  folder.string(), search->value("objective", "something else"),
                                  objective.metric));
  }
  KENNEL_TRY(const tune::Space space, trials::space_from(search->value("space", json())));
  KENNEL_TRY(const trials::Written written, trials::read_journal(path, space));
  std::vector<tune::EarlierTrial> earlier;
  for (const trials::TrialRecord& trial : written.trials) {
    const auto best = trial.best(objective);
    if (!best || trial.state == tune::TrialState::kFailed) continue;
    tune::EarlierTrial one{.loss = objective.loss_of(*best)};
    for (std::size_t place = 0; place < space.size(); ++place) {
      one.values[space[place].name] = tune::to_text(trial.configuration[place]);
    }
    earlier.push_back(std::move(one));
  }
  return earlier;
}

std::optional<tune::Configuration> default_configuration(
    const tune::Space& space, const std::map<std::string, std::string>& defaults) {
  tune::Configuration configuration;
  for (const tune::Parameter& parameter : space) {
    const auto found = defaults.find(parameter.name);
    if (found == defaults.end()) return std::nullopt;
    auto value = tune::parse_value(parameter.range, found->second);
    if (!value) return std::nullopt;
    configuration.push_back(*std::move(value));
  }
  return configuration;
}

base::Result<void> add_experience(const TuneCommand& command,
                                  const std::map<std::string, std::string>& defaults,
                                  trials::SearchOptions& options) {
  for (const base::Path& folder : command.warm_start) {
    KENNEL_TRY(const auto earlier, read_earlier(folder, options.objective));
    auto mapped = tune::map_trials(options.search.space, earlier, defaults);
    for (const std::string& note : mapped.notes) {
      fmt::print(stderr, "note: {}: {}\n", folder.string(), note);
    }
    std::ranges::move(mapped.trials, std::back_inserter(options.search.earlier));
  }
  return {};
}

}  // namespace

base::Result<trials::SearchOptions> search_options(const TuneCommand& command) {
  trials::SearchOptions options{.seconds_max = command.time_budget,
                                .target = command.target,
                                .patience = command.trials_patience};
  if (!command.command && command.train.data.empty()) {
    return base::fail(ErrorKind::kInvalid, "say which photos: kennel tune DIR");
  }
  if (command.command && !command.train.data.empty()) {
    return base::fail(ErrorKind::kInvalid,
                      "a command has its own data: leave DIR out, or put it into --command");
  }
  tune::Search& search = options.search;
  KENNEL_TRY(search.space, search_space(command));
  KENNEL_TRY(search.strategy, tune::parse_strategy(command.strategy));
  KENNEL_TRY(options.objective, objective_of(command));
  search.trials_max = command.trials;
  search.epochs = command.train.epochs;
  search.seed = command.train.seed;
  const int processors = command.command ? 1 : thread_count(command.train.threads);
  options.parallel = static_cast<std::size_t>(command.parallel > 0 ? command.parallel : processors);
  if (command.early_stopping == "off") options.median_rule.reset();
  std::map<std::string, std::string> defaults;
  if (!command.command) {
    KENNEL_TRY(const auto run, run_options(command.train, ""));
    defaults = values_of(run.head);
    search.first = default_configuration(search.space, defaults);
  }
  KENNEL_TRY_VOID(tune::validate(search));
  if (!command.warm_start.empty() && search.strategy != tune::Strategy::kBayesian) {
    return base::fail(ErrorKind::kInvalid,
                      "--warm-start: only the bayesian strategy learns from earlier trials");
  }
  KENNEL_TRY_VOID(add_experience(command, defaults, options));
  return options;
}

std::string train_command(const TrainCommand& command, const train::HeadOptions& head) {
  std::string text = "kennel train " + base::to_shell_word(command.data.string());
  const TrainCommand usual;
  const auto add = [&text](const char* name, const std::string& value) {
    text.append(" --").append(name).append(" ").append(base::to_shell_word(value));
  };
  if (command.backbone != usual.backbone) add("backbone", command.backbone);
  if (command.weights) add("weights", command.weights->string());
  if (command.precision != usual.precision) add("precision", command.precision);
  if (command.fraction != usual.fraction) add("fraction", fmt::format("{}", command.fraction));
  add("epochs", std::to_string(head.epochs));
  for (const auto& [name, value] : values_of(head)) {
    std::string option = name;
    std::ranges::replace(option, '_', '-');
    add(option.c_str(), value);
  }
  if (head.patience > 0) add("patience", std::to_string(head.patience));
  add("seed", std::to_string(head.seed));
  return text;
}

}  // namespace kennel::apps

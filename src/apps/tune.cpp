#include "apps/tune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/environment.h"
#include "apps/head_trials.h"
#include "apps/interrupt.h"
#include "apps/run_folder.h"
#include "apps/train_console.h"
#include "apps/train_options.h"
#include "apps/tune_console.h"
#include "apps/tune_options.h"
#include "trials/command_trials.h"
#include "trials/search_files.h"
#include "trials/search_report.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr const char* kRuns = "runs";

// One search from its start, or from where it was left, to its files.
class Tuning {
 public:
  Tuning(const TuneCommand& command, trials::SearchOptions options, base::Path folder)
      : command_(command),
        options_(std::move(options)),
        folder_(std::move(folder)),
        console_(make_tune_console(command.train.output, options_, clock_)) {}

  // `subject`: what is tuned, which must be the same for the search to go on.
  base::Result<void> take_up(const json& subject) {
    search_ = trials::search_json(options_);
    search_["of"] = subject;
    // A grid with other levels would be another grid.
    if (options_.search.strategy == tune::Strategy::kGrid) {
      search_["trials"] = options_.search.trials_max;
    }
    if (!command_.train.resume) return {};
    const auto written = trials::read_journal(journal_path(), options_.search.space);
    if (!written && written.error().kind == ErrorKind::kNotFound) return {};
    if (!written) return tl::unexpected(written.error());
    KENNEL_TRY_VOID(check_same(written->search));
    before_ = *written;
    console_->on_resumed(before_.trials);
    return {};
  }

  trials::SearchOutcome search(trials::TrialRunner& runner) {
    trials::Journal journal(disk_, journal_path(), search_, options_.search.space, before_.events);
    const trials::SearchParts parts{runner, journal, *console_, clock_, interrupt_flag()};
    return trials::run_search(options_, before_.trials, parts);
  }

  // tuning.json comes last: it tells that the rest is there.
  void write_files(const trials::SearchOutcome& outcome, const trials::ReportFacts& facts) {
    base::write_atomically(disk_, folder_ / "trials.csv",
                           trials::trials_csv(options_, outcome.trials));
    base::write_atomically(disk_, folder_ / "tuning.html",
                           trials::search_report(options_, outcome, facts));
    json results = trials::tuning_json(options_, outcome);
    results["reproduce"] = facts.reproduce;
    base::write_atomically(disk_, folder_ / "tuning.json",
                           results.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  }

  void conclude(const trials::SearchOutcome& outcome, const trials::ReportFacts& facts) {
    write_files(outcome, facts);
    console_->on_end(outcome, folder_, facts.reproduce);
  }

  [[nodiscard]] const base::Path& folder() const { return folder_; }
  [[nodiscard]] base::Disk& disk() { return disk_; }
  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  [[nodiscard]] const trials::SearchOptions& options() const { return options_; }

 private:
  [[nodiscard]] base::Path journal_path() const { return folder_ / "trials.jsonl"; }

  [[nodiscard]] base::Result<void> check_same(const json& search) const {
    std::vector<std::string> differs;
    for (const auto& [name, value] : search_.items()) {
      if (!search.contains(name) || search[name] != value) differs.push_back(name);
    }
    if (differs.empty()) return {};
    return base::fail(ErrorKind::kConflict,
                      fmt::format("{} belongs to another search: {} differ; repeat what was said "
                                  "then, or start a new search without --resume",
                                  folder_.string(), fmt::join(differs, ", ")));
  }

  const TuneCommand& command_;
  trials::SearchOptions options_;
  base::Path folder_;
  base::PosixDisk disk_;
  base::SystemClock clock_;
  std::unique_ptr<TuneConsole> console_;
  json search_;
  trials::Written before_;
};

int exit_code(const trials::SearchOutcome& outcome, bool found) {
  if (outcome.ending == trials::SearchEnding::kInterrupted) return kExitInterrupted;
  return found ? 0 : 1;
}

base::Result<base::Path> open_folder(const TuneCommand& command) {
  const TrainCommand& train = command.train;
  const base::Path data = fmt::format(
      "{}-tuning", command.command ? base::Path("command").string() : data_name(train.data));
  return open_run_folder({data, train.output_folder, train.resume}, kRuns);
}

base::Result<int> tune_command(const TuneCommand& command, trials::SearchOptions options) {
  KENNEL_TRY(const base::Path folder, open_folder(command));
  const EmptyFolderRemoval removal(folder, kRuns);
  const trials::CommandOptions run{*command.command, command.metric, folder / "trials",
                                   programs_folder() / "kennel-sandbox"};
  KENNEL_TRY_VOID(
      trials::validate(run, options.search.space, tune::promotes(options.search.strategy)));
  KENNEL_TRY(const auto lock, RunFolderLock::take(folder));
  Tuning tuning(command, std::move(options), folder);
  KENNEL_TRY_VOID(tuning.take_up({{"command", *command.command}, {"metric", command.metric}}));
  trials::CommandTrials runner(run, tuning.disk());
  const auto outcome = tuning.search(runner);
  trials::ReportFacts facts{.subject = *command.command};
  const auto best = trials::find_best(outcome.trials, tuning.options().objective);
  if (best) {
    const trials::TrialRecord& trial = outcome.trials[*best];
    const std::atomic<bool> never{false};
    facts.reproduce = trials::command_of(run, {trial.number, tuning.options().search.space,
                                               trial.configuration, 0, trial.epochs, never});
  }
  tuning.conclude(outcome, facts);
  return exit_code(outcome, best.has_value());
}

// Trains the best trial's head once more, with all that `kennel train` leaves.
base::Result<void> keep_best(const train::RunOptions& options, const train::Prepared& prepared,
                             Tuning& tuning, trials::ReportFacts& facts) {
  const auto console = make_train_console({.quiet = true}, tuning.clock());
  train::RunOptions run = options;
  run.folder = tuning.folder() / "best";
  run.command = facts.reproduce;
  run.resume = false;
  run.stop = nullptr;
  KENNEL_TRY(const auto summary,
             train::run_prepared(run, prepared, *console, tuning.disk(), tuning.clock()));
  facts.scores = {{"valid top-1", summary.valid.evaluation.top1},
                  {"valid loss", summary.valid.evaluation.loss}};
  if (summary.test) {
    facts.scores.emplace_back("test top-1", summary.test->evaluation.top1);
    facts.scores.emplace_back("test loss", summary.test->evaluation.loss);
  }
  return {};
}

base::Result<int> tune_training(const TuneCommand& command, std::string typed,
                                trials::SearchOptions options) {
  KENNEL_TRY(auto run, run_options(command.train, std::move(typed)));
  KENNEL_TRY_VOID(train::validate(run.head));
  KENNEL_TRY(const base::Path folder, open_folder(command));
  const EmptyFolderRemoval removal(folder, kRuns);
  KENNEL_TRY(const auto lock, RunFolderLock::take(folder));
  Tuning tuning(command, std::move(options), folder);
  run.folder = folder / "trials";
  train::RunSeconds seconds;
  const auto console = make_train_console(command.train.output, tuning.clock());
  KENNEL_TRY(const auto prepared,
             train::prepare(run, *console, seconds, tuning.disk(), tuning.clock()));
  KENNEL_TRY_VOID(tuning.take_up(train::outcome_of(run, prepared)));
  tuning.disk().make_folders(run.folder);
  HeadTrials runner(run, prepared, tuning.options().objective.metric, tuning.disk(),
                    tuning.clock());
  const auto outcome = tuning.search(runner);
  trials::ReportFacts facts{.subject = command.train.data.string()};
  const auto best = trials::find_best(outcome.trials, tuning.options().objective);
  if (best) {
    KENNEL_TRY(run.head, configured(run.head, tuning.options().search.space,
                                    outcome.trials[*best].configuration));
    facts.reproduce = train_command(command.train, run.head);
    const auto kept = keep_best(run, prepared, tuning, facts);
    if (!kept) {
      tuning.write_files(outcome, facts);
      return tl::unexpected(kept.error());
    }
  }
  if (outcome.ending != trials::SearchEnding::kInterrupted) tuning.disk().remove(run.folder);
  tuning.conclude(outcome, facts);
  return exit_code(outcome, best.has_value());
}

}  // namespace

base::Result<int> run_tune(const TuneCommand& command, std::string typed) {
  KENNEL_TRY(auto options, search_options(command));
  if (command.command) return tune_command(command, std::move(options));
  return tune_training(command, std::move(typed), std::move(options));
}

}  // namespace kennel::apps

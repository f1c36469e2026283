#include "apps/tune_console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/terminal.h"
#include "trials/journal.h"
#include "trials/search_files.h"

namespace kennel::apps {
namespace {

using nlohmann::json;
using trials::TrialRecord;
using trials::TrialRecords;
using tune::TrialState;

constexpr std::chrono::milliseconds kDrawEvery{100};
constexpr std::size_t kWidthUsual = 120;
constexpr std::size_t kRowsUsual = 20;

using Row = std::vector<std::string>;

std::string short_value(const tune::Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? fmt::format("{:.3g}", *number) : tune::to_text(value);
}

Row row_of(const trials::SearchOptions& options, const TrialRecord& trial, bool best) {
  Row row{fmt::format("{}{}", best ? "*" : " ", trial.number),
          std::string(trials::to_name(trial.state))};
  for (const tune::Value& value : trial.configuration) row.push_back(short_value(value));
  const auto objective = trial.best(options.objective);
  row.push_back(objective ? fmt::format("{:.4f}", *objective) : "-");
  row.push_back(fmt::format("{}/{}", trial.values.size(), trial.epochs));
  row.push_back(trial.state == TrialState::kRunning ? "" : fmt::format("{:.2f} s", trial.seconds));
  return row;
}

// The best, then those that run, then the latest, in the order of their numbers.
std::vector<std::size_t> places_shown(const TrialRecords& trials, std::optional<std::size_t> best,
                                      std::size_t rows_max) {
  std::vector<std::size_t> places;
  const auto add = [&](std::size_t place) {
    const bool there = std::ranges::find(places, place) != places.end();
    if (!there && places.size() < rows_max) places.push_back(place);
  };
  if (best) add(*best);
  for (std::size_t place = 0; place < trials.size(); ++place) {
    if (trials[place].state == TrialState::kRunning) add(place);
  }
  for (std::size_t place = trials.size(); place-- > 0;) add(place);
  std::ranges::sort(places);
  return places;
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t place = 0; place < row.size(); ++place) {
      widths[place] = std::max(widths[place], row[place].size());
    }
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t place = 0; place < row.size(); ++place) {
      line += place == 1
                  ? fmt::format("  {:<{}}", row[place], widths[place])
                  : fmt::format("{}{:>{}}", place == 0 ? "" : "  ", row[place], widths[place]);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

struct TableLine {
  std::string text;
  bool best = false;
};

// Heading and rows, the best marked: trial, state, parameters, objective, epoch, elapsed.
std::vector<TableLine> trial_table(const trials::SearchOptions& options, const TrialRecords& trials,
                                   std::size_t rows_max) {
  std::vector<Row> rows{{"trial", "state"}};
  for (const tune::Parameter& parameter : options.search.space) {
    rows.front().push_back(parameter.name);
  }
  rows.front().insert(rows.front().end(), {options.objective.metric, "epoch", "elapsed"});
  const auto best = trials::find_best(trials, options.objective);
  const std::vector<std::size_t> places = places_shown(trials, best, rows_max);
  for (const std::size_t place : places) {
    rows.push_back(row_of(options, trials[place], best == place));
  }
  std::vector<TableLine> lines;
  for (std::string& text : aligned(rows)) {
    const bool is_best = !lines.empty() && best == places[lines.size() - 1];
    lines.push_back({std::move(text), is_best});
  }
  return lines;
}

class TextConsole final : public TuneConsole {
 public:
  TextConsole(const trials::SearchOptions& options, const base::Clock& clock, bool quiet)
      : options_(options), clock_(clock), quiet_(quiet), lives_(::isatty(STDOUT_FILENO) == 1) {}

  void on_resumed(const TrialRecords& trials) override {
    say(fmt::format("going on after {} trials", trials.size()));
  }

  void on_change(const TrialRecords& trials, std::size_t changed,
                 const trials::Event& event) override {
    if (quiet_) return;
    if (lives_) {
      const auto now = clock_.now();
      if (now - drawn_at_ < kDrawEvery) return;
      drawn_at_ = now;
      draw(trials);
    } else if (std::holds_alternative<trials::Ended>(event)) {
      tell(trials, changed);
    }
  }

  void on_end(const trials::SearchOutcome& outcome, const base::Path& folder,
              const std::string& reproduce) override {
    if (quiet_) return;
    if (lives_) draw(outcome.trials);
    if (outcome.ending == trials::SearchEnding::kInterrupted) {
      say("stopped; this is the best so far, and --resume goes on");
    } else if (outcome.ending != trials::SearchEnding::kAllTrials) {
      say(fmt::format("ended early: {}", trials::to_name(outcome.ending)));
    }
    const auto best = trials::find_best(outcome.trials, options_.objective);
    if (best) {
      const TrialRecord& trial = outcome.trials[*best];
      say(fmt::format("best *  trial {}: {} {:.4f} after epoch {}", trial.number,
                      options_.objective.metric, *trial.best(options_.objective),
                      *trial.best_epoch(options_.objective)));
    } else {
      say("no trial had a value of the objective; trials.csv says why");
    }
    if (std::filesystem::exists(folder / "best" / "model.tar.gz")) {
      say(fmt::format("model   {}", (folder / "best" / "model.tar.gz").string()));
    }
    say(fmt::format("report  {}", (folder / "tuning.html").string()));
    if (!reproduce.empty()) say(fmt::format("again   {}", reproduce));
    say(fmt::format("{} trials in {:.1f} s", outcome.trials.size(), outcome.seconds));
  }

 private:
  void draw(const TrialRecords& trials) {
    winsize size{};
    const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
    const std::size_t rows = told ? std::max<std::size_t>(size.ws_row, 6) - 4 : kRowsUsual;
    const std::size_t width = told && size.ws_col > 0 ? size.ws_col : kWidthUsual;
    // Up to where the table began, and over it.
    if (drawn_ > 0) fmt::print("\x1b[{}A", drawn_);
    const auto lines = trial_table(options_, trials, rows);
    for (const TableLine& line : lines) {
      const std::string cut = line.text.substr(0, width - 1);
      const bool stands_out = line.best && output_has_colours();
      fmt::print("\x1b[2K{}\n", stands_out ? coloured(cut, Colour::kGreen) : cut);
    }
    drawn_ = lines.size();
    std::fflush(stdout);
  }

  void tell(const TrialRecords& trials, std::size_t place) {
    const TrialRecord& trial = trials[place];
    const auto best = trials::find_best(trials, options_.objective);
    const auto value = trial.best(options_.objective);
    say(fmt::format("trial {:>3}  {:<9}  {}  {} {}{}{}", trial.number, trials::to_name(trial.state),
                    tune::to_text(options_.search.space, trial.configuration),
                    options_.objective.metric, value ? fmt::format("{:.4f}", *value) : "-",
                    best == place ? " *" : "",
                    trial.reason.empty() ? "" : "  (" + one_line(trial.reason) + ")"));
  }

  void say(const std::string& line) const {
    if (quiet_) return;
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }

  const trials::SearchOptions& options_;
  const base::Clock& clock_;
  bool quiet_;
  bool lives_;
  std::size_t drawn_ = 0;  // lines of the table on the screen
  std::chrono::steady_clock::time_point drawn_at_;
};

// One object a line; docs/tuning.md lists the events.
class JsonConsole final : public TuneConsole {
 public:
  explicit JsonConsole(const trials::SearchOptions& options) : options_(options) {}

  void on_resumed(const TrialRecords& trials) override {
    emit("resumed", {{"trials", trials.size()}});
  }

  void on_change(const TrialRecords& trials, std::size_t changed,
                 const trials::Event& event) override {
    const TrialRecord& trial = trials[changed];
    if (const auto* epoch = std::get_if<trials::EpochDone>(&event)) {
      emit("trial_epoch",
           {{"trial", trial.number}, {"epoch", epoch->epoch}, {"objective", finite(epoch->value)}});
    } else if (std::holds_alternative<trials::Ended>(event)) {
      const auto value = trial.best(options_.objective);
      emit("trial_end", {{"trial", trial.number},
                         {"state", trials::to_name(trial.state)},
                         {"objective", value ? json(*value) : json()},
                         {"reason", trial.reason},
                         {"seconds", trial.seconds}});
    } else {
      emit("trial_begin", {{"trial", trial.number},
                           {"values", trials::to_json(options_.search.space, trial.configuration)},
                           {"epochs", trial.epochs}});
    }
  }

  void on_end(const trials::SearchOutcome& outcome, const base::Path& folder,
              const std::string& reproduce) override {
    const auto best = trials::find_best(outcome.trials, options_.objective);
    json event{{"ending", trials::to_name(outcome.ending)},
               {"trials", outcome.trials.size()},
               {"folder", folder.string()},
               {"reproduce", reproduce},
               {"seconds", outcome.seconds},
               {"best", nullptr}};
    if (best) {
      const TrialRecord& trial = outcome.trials[*best];
      event["best"] = {{"trial", trial.number},
                       {"objective", *trial.best(options_.objective)},
                       {"values", trials::to_json(options_.search.space, trial.configuration)}};
    }
    emit("search_end", std::move(event));
  }

 private:
  static json finite(double value) { return std::isfinite(value) ? json(value) : json(); }
  static void emit(const char* name, json event) {
    event["event"] = name;
    fmt::print("{}\n", event.dump(-1, ' ', false, json::error_handler_t::replace));
    std::fflush(stdout);
  }

  const trials::SearchOptions& options_;
};

}  // namespace

std::unique_ptr<TuneConsole> make_tune_console(const OutputOptions& output,
                                               const trials::SearchOptions& options,
                                               const base::Clock& clock) {
  if (output.json) return std::make_unique<JsonConsole>(options);
  return std::make_unique<TextConsole>(options, clock, output.quiet);
}

}  // namespace kennel::apps

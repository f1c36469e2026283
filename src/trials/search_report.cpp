#include "trials/search_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/page.h"
#include "tune/importance.h"

namespace kennel::trials {
namespace {

using tune::TrialState;

constexpr std::size_t kSurfaceCells = 32;
constexpr std::size_t kSurfacesMax = 2;

// The report of one search; `page` puts the others' findings in order.
class Report {
 public:
  Report(const SearchOptions& options, const SearchOutcome& outcome, const ReportFacts& facts)
      : options_(options),
        outcome_(outcome),
        facts_(facts),
        space_(options.search.space),
        trials_(to_trials(outcome.trials, options.objective)),
        best_(find_best(outcome.trials, options.objective)),
        importance_(tune::importance(space_, trials_)) {}

  [[nodiscard]] report::Page page() const {
    report::Page page{.title = "Search for hyperparameters", .subtitle = facts_.subject};
    page.headlines = headlines();
    page.sections = {outcome_section()};
    if (best_) {
      page.sections.push_back(progress_section());
      page.sections.push_back(parameters_section());
    }
    page.sections.push_back(trials_section());
    page.footer = fmt::format("kennel {}", KENNEL_VERSION);
    return page;
  }

 private:
  [[nodiscard]] const std::string& metric() const { return options_.objective.metric; }
  [[nodiscard]] const TrialRecord& best() const { return outcome_.trials[*best_]; }

  [[nodiscard]] std::size_t count(TrialState state) const {
    return static_cast<std::size_t>(
        std::ranges::count(outcome_.trials, state, &TrialRecord::state));
  }

  [[nodiscard]] std::vector<report::Headline> headlines() const {
    std::vector<report::Headline> all;
    if (best_) {
      all.push_back({"best " + metric(), fmt::format("{:.4g}", *best().best(options_.objective)),
                     fmt::format("trial {}, epoch {}", best().number,
                                 *best().best_epoch(options_.objective))});
    }
    all.push_back({"trials", std::to_string(outcome_.trials.size()),
                   fmt::format("{} completed, {} stopped early, {} paused, {} failed",
                               count(TrialState::kCompleted), count(TrialState::kStopped),
                               count(TrialState::kPaused), count(TrialState::kFailed))});
    std::size_t epochs = 0;
    for (const TrialRecord& trial : outcome_.trials) epochs += trial.values.size();
    all.push_back(
        {"epochs", std::to_string(epochs),
         fmt::format("of {} if none had ended early",
                     outcome_.trials.size() * static_cast<std::size_t>(options_.search.epochs))});
    all.push_back({"time", fmt::format("{:.1f} s", outcome_.seconds),
                   fmt::format("ended by: {}", to_name(outcome_.ending))});
    return all;
  }

  [[nodiscard]] report::Section outcome_section() const {
    report::Section section{.title = "What came out"};
    if (!best_) {
      section.blocks.push_back(
          report::Note{"No trial had a value of the objective.", report::Tone::kWarning});
      return section;
    }
    report::KeyValues values{.title = fmt::format("Trial {}", best().number)};
    for (std::size_t place = 0; place < space_.size(); ++place) {
      values.entries.push_back({space_[place].name, tune::to_text(best().configuration[place])});
    }
    section.blocks.push_back(std::move(values));
    if (!facts_.scores.empty()) {
      report::KeyValues scores{.title = "Its model"};
      for (const auto& [name, value] : facts_.scores) {
        scores.entries.push_back({name, fmt::format("{:.4f}", value)});
      }
      section.blocks.push_back(std::move(scores));
    }
    if (!facts_.reproduce.empty()) {
      section.blocks.push_back(
          report::KeyValues{"The same again", {{"command", facts_.reproduce}}});
    }
    section.blocks.push_back(report::KeyValues{
        "The search",
        {{"strategy", std::string(tune::to_name(options_.search.strategy))},
         {"objective",
          fmt::format("{} of {}", options_.objective.maximize ? "highest" : "lowest", metric())},
         {"epochs a trial", std::to_string(options_.search.epochs)},
         {"trials at a time", std::to_string(options_.parallel)},
         {"early stopping", early_stopping()},
         {"seed", std::to_string(options_.search.seed)},
         {"earlier trials", std::to_string(options_.search.earlier.size())}}});
    return section;
  }

  [[nodiscard]] std::string early_stopping() const {
    if (tune::promotes(options_.search.strategy)) return "by rungs";
    return options_.median_rule ? "median rule" : "off";
  }

  [[nodiscard]] std::string label_of(const TrialRecord& trial) const {
    std::string label = fmt::format("trial {}, {}", trial.number, to_name(trial.state));
    for (std::size_t place = 0; place < space_.size(); ++place) {
      label +=
          fmt::format("\n{} {}", space_[place].name, tune::to_text(trial.configuration[place]));
    }
    return label;
  }

  [[nodiscard]] report::ScatterChart history() const {
    report::PointSeries values{.name = "each trial"};
    report::PointSeries lowest{.name = "best so far", .stepped = true};
    std::optional<double> best;
    for (const TrialRecord& trial : outcome_.trials) {
      const auto value = trial.best(options_.objective);
      if (!value) continue;
      values.x.push_back(trial.number);
      values.y.push_back(*value);
      values.labels.push_back(label_of(trial));
      if (!best || options_.objective.is_better(*value, *best)) best = value;
      lowest.x.push_back(trial.number);
      lowest.y.push_back(*best);
    }
    return {.title = "The best so far",
            .x = {"trial"},
            .y = {metric()},
            .series = {std::move(values), std::move(lowest)}};
  }

  [[nodiscard]] report::LineChart curves() const {
    report::LineChart chart{.title = "After each epoch",
                            .x_label = "epoch",
                            .y_label = metric(),
                            .format = report::number(4)};
    for (const TrialRecord& trial : outcome_.trials) {
      report::Series series{.name = fmt::format("trial {}", trial.number)};
      for (std::size_t epoch = 0; epoch < trial.values.size(); ++epoch) {
        series.x.push_back(static_cast<double>(epoch) + 1);
        series.y.push_back(trial.values[epoch]);
      }
      chart.series.push_back(std::move(series));
    }
    return chart;
  }

  [[nodiscard]] report::Timeline timeline() const {
    report::Timeline timeline{.title = "Who ran when"};
    for (const TrialRecord& trial : outcome_.trials) {
      const double end = std::max(trial.ended, trial.began);
      timeline.spans.push_back({fmt::format("trial {}", trial.number),
                                std::string(to_name(trial.state)), trial.began, end});
    }
    return timeline;
  }

  [[nodiscard]] report::Section progress_section() const {
    return {.title = "How it went", .blocks = {history(), curves(), timeline()}};
  }

  [[nodiscard]] report::ScatterAxis axis_of(const tune::Parameter& parameter) const {
    report::ScatterAxis axis{.label = parameter.name};
    if (const auto* categories = std::get_if<tune::CategoricalRange>(&parameter.range)) {
      axis.categories = categories->values;
      return axis;
    }
    // Where half of the coordinates is far below half of the range.
    const double low = number_at(parameter, 0);
    const double high = number_at(parameter, 1);
    axis.logarithmic = low > 0 && number_at(parameter, 0.5) < low + 0.3 * (high - low);
    return axis;
  }

  static double number_at(const tune::Parameter& parameter, double coordinate) {
    return number_of(parameter, tune::value_at(parameter.range, coordinate));
  }

  static double number_of(const tune::Parameter& parameter, const tune::Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    const auto& all = std::get<tune::CategoricalRange>(parameter.range).values;
    return static_cast<double>(std::ranges::find(all, std::get<std::string>(value)) - all.begin());
  }

  [[nodiscard]] report::ParallelChart parallel() const {
    report::ParallelChart chart{
        .title = "All trials: drag along an axis to pick some",
        .better = options_.objective.maximize ? report::Better::kHigher : report::Better::kLower};
    for (const tune::Parameter& parameter : space_) chart.axes.push_back(axis_of(parameter));
    chart.axes.push_back({metric()});
    for (const TrialRecord& trial : outcome_.trials) {
      const auto value = trial.best(options_.objective);
      if (!value) continue;
      std::vector<double> row;
      for (std::size_t place = 0; place < space_.size(); ++place) {
        row.push_back(number_of(space_[place], trial.configuration[place]));
      }
      row.push_back(*value);
      chart.rows.push_back(std::move(row));
      chart.names.push_back(fmt::format("trial {}", trial.number));
    }
    return chart;
  }

  [[nodiscard]] report::ScatterChart slice(std::size_t place) const {
    report::PointSeries points{.name = "trials"};
    for (const TrialRecord& trial : outcome_.trials) {
      const auto value = trial.best(options_.objective);
      if (!value) continue;
      points.x.push_back(number_of(space_[place], trial.configuration[place]));
      points.y.push_back(*value);
      points.labels.push_back(fmt::format("trial {}", trial.number));
    }
    return {.title = "",
            .x = axis_of(space_[place]),
            .y = {metric()},
            .series = {std::move(points)},
            .width = report::Width::kHalf};
  }

  [[nodiscard]] static std::vector<report::Tick> ticks_of(const tune::Parameter& parameter) {
    std::vector<report::Tick> ticks;
    if (const auto* categories = std::get_if<tune::CategoricalRange>(&parameter.range)) {
      for (const std::string& value : categories->values) {
        ticks.push_back({tune::coordinate_of(parameter.range, value), value});
      }
      return ticks;
    }
    for (const double at : {0.0, 0.25, 0.5, 0.75, 1.0}) {
      ticks.push_back({at, fmt::format("{:.3g}", number_at(parameter, at))});
    }
    return ticks;
  }

  [[nodiscard]] report::HeatMap surface(std::size_t x, std::size_t y) const {
    report::HeatMap map{.title = fmt::format("{} and {}", space_[x].name, space_[y].name),
                        .x_label = space_[x].name,
                        .y_label = space_[y].name,
                        .columns = kSurfaceCells,
                        .values = tune::surface(space_, trials_, best().configuration, x, y,
                                                kSurfaceCells, kSurfaceCells),
                        .x_ticks = ticks_of(space_[x]),
                        .y_ticks = ticks_of(space_[y]),
                        .points = {.name = "trials"}};
    for (const TrialRecord& trial : outcome_.trials) {
      const auto value = trial.best(options_.objective);
      if (!value) continue;
      map.points.x.push_back(tune::coordinate_of(space_[x].range, trial.configuration[x]));
      map.points.y.push_back(tune::coordinate_of(space_[y].range, trial.configuration[y]));
      map.points.labels.push_back(
          fmt::format("trial {}\n{} {:.4g}", trial.number, metric(), *value));
    }
    return map;
  }

  [[nodiscard]] std::vector<std::size_t> by_importance() const {
    std::vector<std::size_t> places(space_.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::stable_sort(places, [this](std::size_t one, std::size_t other) {
      return importance_[one] > importance_[other];
    });
    return places;
  }

  void add_learnt(report::Section& section) const {
    const auto places = by_importance();
    report::BarChart bars{.title = "What matters",
                          .value_label = "share of the variance",
                          .format = report::percent(0)};
    for (const std::size_t place : places) {
      bars.bars.push_back({space_[place].name, importance_[place]});
    }
    section.blocks.push_back(std::move(bars));
    section.blocks.push_back(report::Note{
        "Each parameter's own share of the variance of the expected objective over the whole space "
        "(the first-order Sobol index of a Gaussian process through all trials). What is left is "
        "their interplay. With few trials this is a guess."});
    for (std::size_t other = 1; other < std::min(places.size(), kSurfacesMax + 1); ++other) {
      section.blocks.push_back(surface(places[0], places[other]));
    }
  }

  [[nodiscard]] report::Section parameters_section() const {
    report::Section section{.title = "The parameters"};
    section.blocks.push_back(parallel());
    if (!importance_.empty()) add_learnt(section);
    for (std::size_t place = 0; place < space_.size(); ++place) {
      section.blocks.push_back(slice(place));
    }
    return section;
  }

  [[nodiscard]] report::Section trials_section() const {
    report::Table table{.title = ""};
    table.columns = {report::number_column("trial", report::number(0)),
                     report::text_column("state")};
    for (const tune::Parameter& parameter : space_) {
      table.columns.push_back(report::text_column(parameter.name));
    }
    table.columns.push_back(report::number_column(metric(), report::number(4)));
    table.columns.push_back(report::number_column("epochs", report::number(0)));
    table.columns.push_back(report::number_column("cost", report::seconds(2)));
    for (const TrialRecord& trial : outcome_.trials) {
      std::vector<report::Cell> row{static_cast<double>(trial.number),
                                    std::string(to_name(trial.state))};
      for (const tune::Value& value : trial.configuration) row.emplace_back(tune::to_text(value));
      row.emplace_back(trial.best(options_.objective).value_or(std::nan("")));
      row.emplace_back(static_cast<double>(trial.values.size()));
      row.emplace_back(trial.seconds);
      table.rows.push_back(std::move(row));
    }
    report::Section section{.title = "Every trial", .blocks = {std::move(table)}};
    report::Table reasons{.title = "Why trials ended early"};
    reasons.columns = {report::number_column("trial", report::number(0)),
                       report::text_column("reason")};
    for (const TrialRecord& trial : outcome_.trials) {
      if (trial.reason.empty()) continue;
      reasons.rows.push_back({static_cast<double>(trial.number), trial.reason});
    }
    if (!reasons.rows.empty()) section.blocks.push_back(std::move(reasons));
    return section;
  }

  const SearchOptions& options_;
  const SearchOutcome& outcome_;
  const ReportFacts& facts_;
  const tune::Space& space_;
  tune::Trials trials_;
  std::optional<std::size_t> best_;
  std::vector<double> importance_;
};

}  // namespace

std::string search_report(const SearchOptions& options, const SearchOutcome& outcome,
                          const ReportFacts& facts) {
  return report::to_html(Report(options, outcome, facts).page());
}

}  // namespace kennel::trials

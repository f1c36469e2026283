#include "apps/head_trials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/number.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;
using train::HeadOptions;

struct RealParameter {
  std::string_view name;
  double HeadOptions::* field;
};
struct WholeParameter {
  std::string_view name;
  int HeadOptions::* field;
};
constexpr std::array<RealParameter, 4> kReals{{{"learning_rate", &HeadOptions::learning_rate},
                                               {"weight_decay", &HeadOptions::weight_decay},
                                               {"label_smoothing", &HeadOptions::label_smoothing},
                                               {"dropout", &HeadOptions::dropout}}};
constexpr std::array<WholeParameter, 2> kWholes{
    {{"batch_size", &HeadOptions::batch_size}, {"hidden", &HeadOptions::hidden}}};
constexpr std::array<std::string_view, 2> kWords{"optimizer", "schedule"};

struct Metric {
  std::string_view name;
  double (*value)(const train::EpochRecord&);
};
constexpr std::array<Metric, 4> kMetrics{
    {{"valid loss", [](const train::EpochRecord& one) { return one.valid.loss; }},
     {"valid top-1", [](const train::EpochRecord& one) { return one.valid.top1; }},
     {"train loss", [](const train::EpochRecord& one) { return one.train.loss; }},
     {"train top-1", [](const train::EpochRecord& one) { return one.train.top1; }}}};

template <class Table>
const typename Table::value_type* find(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Table::value_type::name);
  return found == table.end() ? nullptr : &*found;
}

// A category may be a number as well.
std::optional<double> number_of(const tune::Value& value) {
  return base::parse_number<double>(tune::to_text(value));
}

base::Result<void> set_word(HeadOptions& head, const std::string& name, const std::string& word) {
  if (name == "optimizer") {
    KENNEL_TRY(head.optimizer, train::parse_optimizer(word));
  } else {
    KENNEL_TRY(head.schedule, train::parse_schedule(word));
  }
  return {};
}

tl::unexpected<base::Error> unknown(const std::string& name) {
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("there is no parameter {} to tune; there are learning_rate, "
                                "batch_size, weight_decay, label_smoothing, dropout, hidden, "
                                "optimizer and schedule",
                                name));
}

base::Result<void> set(HeadOptions& head, const std::string& name, const tune::Value& value) {
  if (std::ranges::find(kWords, name) != kWords.end()) {
    return set_word(head, name, tune::to_text(value));
  }
  const RealParameter* real = find(kReals, name);
  const WholeParameter* whole = find(kWholes, name);
  if (real == nullptr && whole == nullptr) return unknown(name);
  const auto number = number_of(value);
  const auto is_whole = [](double one) {
    return std::abs(one) <= std::numeric_limits<int>::max() && one == static_cast<int>(one);
  };
  if (!number || (whole != nullptr && !is_whole(*number))) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("\"{}\" is no {} for {}", tune::to_text(value),
                                  real != nullptr ? "number" : "whole number", name));
  }
  if (real != nullptr) head.*(real->field) = *number;
  if (whole != nullptr) head.*(whole->field) = static_cast<int>(*number);
  return {};
}

// Every value at an end, or every category, must be one that a training takes.
base::Result<void> check_values(const tune::Parameter& parameter) {
  const std::uint64_t count = tune::is_categorical(parameter) ? tune::count_values(parameter) : 2;
  for (std::uint64_t place = 0; place < count; ++place) {
    const double at = tune::is_categorical(parameter)
                          ? (static_cast<double>(place) + 0.5) / static_cast<double>(count)
                          : static_cast<double>(place);
    HeadOptions head;
    KENNEL_TRY_VOID(set(head, parameter.name, tune::value_at(parameter.range, at)));
    KENNEL_TRY_VOID(train::validate(head));
  }
  return {};
}

}  // namespace

tune::Space default_space() {
  using tune::Scaling;
  return {{"learning_rate", tune::ContinuousRange{1e-4, 3e-2, Scaling::kLogarithmic}},
          {"batch_size", tune::IntegerRange{16, 128, Scaling::kLogarithmic}},
          {"weight_decay", tune::ContinuousRange{1e-4, 0.3, Scaling::kLogarithmic}},
          {"dropout", tune::ContinuousRange{0, 0.6, Scaling::kLinear}},
          {"label_smoothing", tune::ContinuousRange{0, 0.2, Scaling::kLinear}},
          {"hidden", tune::IntegerRange{64, 512, Scaling::kLogarithmic}}};
}

base::Result<tune::Space> fit_to_training(tune::Space space) {
  for (tune::Parameter& parameter : space) {
    auto* whole = std::get_if<tune::IntegerRange>(&parameter.range);
    if (whole != nullptr && find(kReals, parameter.name) != nullptr) {
      parameter.range = tune::ContinuousRange{static_cast<double>(whole->low),
                                              static_cast<double>(whole->high), whole->scaling};
    }
    const bool real = std::holds_alternative<tune::ContinuousRange>(parameter.range);
    if (real && find(kWholes, parameter.name) != nullptr) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("{} is a whole number: give its range whole ends, as 16:128",
                                    parameter.name));
    }
    if (!tune::is_categorical(parameter) &&
        std::ranges::find(kWords, parameter.name) != kWords.end()) {
      return base::fail(ErrorKind::kInvalid, fmt::format("{} has names for values: say {}=A,B",
                                                         parameter.name, parameter.name));
    }
  }
  KENNEL_TRY_VOID(tune::validate(space));
  for (const tune::Parameter& parameter : space) KENNEL_TRY_VOID(check_values(parameter));
  return space;
}

base::Result<HeadOptions> configured(HeadOptions head, const tune::Space& space,
                                     const tune::Configuration& configuration) {
  for (std::size_t place = 0; place < space.size(); ++place) {
    KENNEL_TRY_VOID(set(head, space[place].name, configuration[place]));
  }
  return head;
}

std::map<std::string, std::string> values_of(const HeadOptions& head) {
  std::map<std::string, std::string> values{
      {"optimizer", std::string(train::to_name(head.optimizer))},
      {"schedule", std::string(train::to_name(head.schedule))}};
  for (const auto& [name, field] : kReals)
    values[std::string(name)] = fmt::format("{}", head.*field);
  for (const auto& [name, field] : kWholes) {
    values[std::string(name)] = fmt::format("{}", head.*field);
  }
  return values;
}

base::Result<void> check_objective(const std::string& metric) {
  if (find(kMetrics, metric) != nullptr) return {};
  return base::fail(
      ErrorKind::kInvalid,
      fmt::format("there is no objective \"{}\"; say \"valid loss\", \"valid top-1\", "
                  "\"train loss\" or \"train top-1\"",
                  metric));
}

double value_of(const train::EpochRecord& record, const std::string& metric) {
  return find(kMetrics, metric)->value(record);
}

HeadTrials::HeadTrials(const train::RunOptions& options, const train::Prepared& prepared,
                       std::string metric, base::Disk& disk, const base::Clock& clock)
    : options_(options),
      prepared_(prepared),
      data_(train::head_data(options, prepared)),
      metric_(std::move(metric)),
      disk_(disk),
      clock_(clock) {}

trials::TrialReturn HeadTrials::run(const trials::TrialTask& task,
                                    const std::function<void(int, double)>& on_epoch) {
  train::RunOptions options = options_;
  auto head = configured(options.head, task.space, task.configuration);
  if (!head) return {trials::Return::kFailed, head.error().message};
  options.head = *std::move(head);
  const base::Path checkpoint = options_.folder / fmt::format("{:03}.pth", task.number);
  const auto tell = [&](const train::EpochRecord& record) {
    on_epoch(record.epoch, value_of(record, metric_));
  };
  const train::LoopOptions loop{
      .head = options.head,
      .checkpoint = checkpoint,
      .run = train::outcome_of(options, prepared_),
      .resume = task.epochs_begun > 0,
      .pause_after = task.epochs,
      .on_misfit = [](const std::string&) {},  // then it begins anew
      .stop = &task.stop,
      .on_epoch = tell,
      .on_resumed = [&](const auto& history) { std::ranges::for_each(history, tell); }};
  const auto trained = train::train_head(data_, loop, disk_, clock_);
  const bool interrupted = trained ? trained->ending == train::Ending::kInterrupted
                                   : trained.error().kind == ErrorKind::kInterrupted;
  if (interrupted) return {trials::Return::kStopped, ""};
  if (!trained) {
    disk_.remove(checkpoint);
    return {trials::Return::kFailed, trained.error().message};
  }
  if (trained->ending != train::Ending::kPaused) disk_.remove(checkpoint);
  return {};
}

}  // namespace kennel::apps

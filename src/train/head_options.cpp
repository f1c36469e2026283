#include <fmt/format.h>

#include <cmath>

#include "train/head_trainer.h"

namespace kennel::train {
namespace {

using base::ErrorKind;

base::Result<void> require(bool holds, std::string_view option, double value,
                           std::string_view allowed) {
  if (holds) return {};
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("{} is {}; it must be {}", option, value, allowed));
}

}  // namespace

std::string_view to_name(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::kSgd:
      return "sgd";
    case Optimizer::kAdam:
      return "adam";
    case Optimizer::kAdamW:
      return "adamw";
  }
  return "";
}

base::Result<Optimizer> parse_optimizer(std::string_view name) {
  for (const auto optimizer : {Optimizer::kSgd, Optimizer::kAdam, Optimizer::kAdamW}) {
    if (to_name(optimizer) == name) return optimizer;
  }
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("there is no optimizer \"{}\"; choose sgd, adam or adamw", name));
}

std::string_view to_name(Schedule schedule) {
  return schedule == Schedule::kCosine ? "cosine" : "constant";
}

base::Result<Schedule> parse_schedule(std::string_view name) {
  for (const auto schedule : {Schedule::kConstant, Schedule::kCosine}) {
    if (to_name(schedule) == name) return schedule;
  }
  return base::fail(ErrorKind::kInvalid,
                    fmt::format("there is no schedule \"{}\"; choose constant or cosine", name));
}

base::Result<void> validate(const HeadOptions& options) {
  KENNEL_TRY_VOID(require(options.hidden >= 1 && options.hidden <= 65536, "--hidden",
                          options.hidden, "1 to 65536"));
  KENNEL_TRY_VOID(require(options.epochs >= 1, "--epochs", options.epochs, "at least 1"));
  KENNEL_TRY_VOID(
      require(options.batch_size >= 1, "--batch-size", options.batch_size, "at least 1"));
  KENNEL_TRY_VOID(require(options.learning_rate > 0 && std::isfinite(options.learning_rate),
                          "--learning-rate", options.learning_rate, "more than 0"));
  KENNEL_TRY_VOID(require(options.weight_decay >= 0 && std::isfinite(options.weight_decay),
                          "--weight-decay", options.weight_decay, "0 or more"));
  KENNEL_TRY_VOID(require(options.label_smoothing >= 0 && options.label_smoothing < 1,
                          "--label-smoothing", options.label_smoothing, "at least 0 and below 1"));
  KENNEL_TRY_VOID(require(options.dropout >= 0 && options.dropout < 1, "--dropout", options.dropout,
                          "at least 0 and below 1"));
  return require(options.patience >= 0, "--patience", options.patience, "0 or more");
}

}  // namespace kennel::train

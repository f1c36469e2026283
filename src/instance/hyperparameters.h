// What a training job is told to do: kennel's own hyperparameters and those of SageMaker's built-in
// Image Classification, as one vocabulary. docs/training-jobs.md has the table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "train/head_trainer.h"

namespace kennel::instance {

using Hyperparameters = std::map<std::string, std::string>;

struct JobSettings {
  train::HeadOptions head;
  std::string backbone = "efficientnet-lite0";
  std::string precision = "auto";
  double fraction = 1;
  // Facts about the data that the job claims: to be checked when the data is known.
  std::optional<std::uint64_t> num_classes;
  std::optional<std::uint64_t> num_training_samples;
  std::vector<std::string> notes;  // for the log
};

// Values may be JSON-quoted, as tuners send them; `_tuning_objective_metric` and names that begin
// with `sagemaker_` are nobody's here. kInvalid names everything that is wrong in one line: what is
// not known, not available, out of range, or said twice in two ways. `has_weights` tells whether a
// backbone's pretrained weights are on this machine.
[[nodiscard]] base::Result<JobSettings> read_hyperparameters(
    const Hyperparameters& given, const std::function<bool(const std::string&)>& has_weights);

}  // namespace kennel::instance

// `kennel evaluate` and `kennel predict`.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_evaluate(const EvaluateCommand& command);

// Photos that cannot be read are named on stderr and make the exit code 1; the others are answered.
[[nodiscard]] base::Result<int> run_predict(const PredictCommand& command);

}  // namespace kennel::apps

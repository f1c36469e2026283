// `kennel-train job`: the built-in classifier under SageMaker's training contract.
#pragma once

#include "base/error.h"

namespace kennel::apps {

// Runs in $SAGEMAKER_BASE_DIR or /opt/ml. What went wrong is the log's last line and stands in
// output/failure; the exit code is then 1.
[[nodiscard]] base::Result<int> run_train_job();

}  // namespace kennel::apps

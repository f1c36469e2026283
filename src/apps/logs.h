// `kennel logs`: what the instances of a training job print.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// With --follow the job's failure is an error; without it only what keeps the log from being read.
[[nodiscard]] base::Result<int> run_logs(const LogsCommand& command);

}  // namespace kennel::apps

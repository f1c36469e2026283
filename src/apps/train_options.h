// What people say of a training, as a run takes it.
#pragma once

#include <string>

#include "apps/command_line.h"
#include "train/run.h"

namespace kennel::apps {

// All but the folder. kInvalid, kNotFound: no such backbone, precision, weights.
[[nodiscard]] base::Result<train::RunOptions> run_options(const TrainCommand& command,
                                                          std::string typed);

}  // namespace kennel::apps

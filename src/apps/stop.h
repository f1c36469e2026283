// `kennel stop`: ends a training job.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// Returns when the server has taken the wish: the job ends a little later.
[[nodiscard]] base::Result<int> run_stop(const StopCommand& command);

}  // namespace kennel::apps

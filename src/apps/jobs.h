// `kennel jobs`: the server's training jobs, or the story of one.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_jobs(const JobsCommand& command);

}  // namespace kennel::apps

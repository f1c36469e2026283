// `kennel status`: whether the server runs, and where.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// Exit code 0: it runs and answers; 3: it does not run (as systemctl status has it); 1: it runs and
// does not answer.
[[nodiscard]] base::Result<int> run_status(const StatusCommand& command);

}  // namespace kennel::apps

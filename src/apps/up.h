// `kennel up`: the server, until it is told to stop.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_up(const UpCommand& command);

}  // namespace kennel::apps

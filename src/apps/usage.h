// `kennel usage`: what lies in the buckets, and the room it takes.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_usage(const UsageCommand& command);

}  // namespace kennel::apps

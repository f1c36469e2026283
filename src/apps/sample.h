// `kennel sample`.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_sample(const SampleCommand& command);

}  // namespace kennel::apps

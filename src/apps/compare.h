// `kennel compare`: runs side by side.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_compare(const CompareCommand& command);

}  // namespace kennel::apps

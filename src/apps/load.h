// `kennel load`: posts photos to an endpoint and measures how it answers.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// 1 where a request failed and --allow-errors was not given, or where none was there to count.
[[nodiscard]] base::Result<int> run_load(const LoadCommand& command);

}  // namespace kennel::apps

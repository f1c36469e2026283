// What the mains have in common: errors to exit codes, in one place.
#pragma once

#include <functional>

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// 0 done, 1 failed, 2 misused, 130 interrupted.
using Handler = std::function<base::Result<int>(const Command& command)>;

// Parses the command line and runs the handler. This is the job boundary: what the handler returns
// as an error or throws is printed as "kennel: ..." and becomes the exit code.
[[nodiscard]] int run_program(int argc, char** argv, const Handler& handler);

}  // namespace kennel::apps

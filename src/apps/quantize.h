// `kennel quantize`.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// Writes the package beside the one it came from. kConflict, and nothing written, where 8 bits cost
// more than they may, unless the command says `force`.
[[nodiscard]] base::Result<int> run_quantize(const QuantizeCommand& command);

}  // namespace kennel::apps

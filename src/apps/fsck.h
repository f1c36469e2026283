// `kennel fsck`: reads every stored byte, and names what is damaged or missing.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

// Exit code 1 where something was found. A file that no record names is a finding only where no
// server runs: a running one has files on their way.
[[nodiscard]] base::Result<int> run_fsck(const FsckCommand& command);

}  // namespace kennel::apps

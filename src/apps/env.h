// `kennel env`: what an unmodified AWS client needs to find the server.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_env(const EnvCommand& command);

}  // namespace kennel::apps

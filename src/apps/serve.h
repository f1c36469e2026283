// `kennel serve`: one model behind HTTP, until it is told to end.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_serve(const ServeCommand& command);

}  // namespace kennel::apps

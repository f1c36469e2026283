// What the programs read from their surroundings: environment variables, the processor, where they
// themselves lie. The only place that does.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "network/backbone.h"

namespace kennel::apps {

// `given` when it is above 0, else the processors that this process may run on.
[[nodiscard]] int thread_count(int given);

// $KENNEL_CACHE, or $XDG_CACHE_HOME/kennel, or ~/.cache/kennel.
[[nodiscard]] base::Path cache_folder();
[[nodiscard]] base::Path feature_cache_folder();

// The words of a command line, quoted for a shell where they need it.
[[nodiscard]] std::string quoted_command(int argc, const char* const* argv);

// Replaces this process by `program`, which lies beside it, with the same arguments. Returns only
// when that fails.
[[nodiscard]] base::Error exec_sibling(const std::string& program, char* const* argv);

}  // namespace kennel::apps

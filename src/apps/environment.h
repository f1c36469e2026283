// What the programs read from their surroundings: environment variables, the processor, where they
// themselves lie. The only place that does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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

// Where `kennel up` keeps everything: $KENNEL_DATA, or $XDG_DATA_HOME/kennel, or
// ~/.local/share/kennel.
[[nodiscard]] base::Path data_folder();
// A variable's value; nullopt where it is not set or empty.
[[nodiscard]] std::optional<std::string> environment_variable(const char* name);
// The names of all variables that begin so.
[[nodiscard]] std::vector<std::string> environment_names(std::string_view prefix);

// The words of a command line, quoted for a shell where they need it.
[[nodiscard]] std::string quoted_command(int argc, const char* const* argv);

// Where this program lies, and the others beside it.
[[nodiscard]] base::Path programs_folder();
// Replaces this process by `program`, which lies beside it, with the same arguments. Returns only
// when that fails.
[[nodiscard]] base::Error exec_sibling(const std::string& program, char* const* argv);

}  // namespace kennel::apps

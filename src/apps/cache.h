// `kennel cache`.
#pragma once

#include "apps/command_line.h"
#include "base/error.h"

namespace kennel::apps {

[[nodiscard]] base::Result<int> run_cache_list(const CacheListCommand& command);
[[nodiscard]] base::Result<int> run_cache_trim(const CacheTrimCommand& command);

}  // namespace kennel::apps

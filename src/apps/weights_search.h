// Where this machine keeps pretrained weights.
#pragma once

#include <optional>

#include "apps/command_line.h"
#include "base/disk.h"
#include "base/error.h"
#include "network/backbone.h"

namespace kennel::apps {

// The given file, or the first that the search finds. kNotFound says where to get one and where to
// put it.
[[nodiscard]] base::Result<base::Path> find_weights(const network::Backbone& backbone,
                                                    const std::optional<base::Path>& given);

// `kennel weights`.
[[nodiscard]] base::Result<int> run_weights(const WeightsCommand& command);

}  // namespace kennel::apps

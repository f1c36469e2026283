// Class folders under the labels that a package has for them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "network/package.h"

namespace kennel::apps {

// One label a folder. kInvalid, naming them, for folders whose names are none of its classes.
[[nodiscard]] base::Result<std::vector<int>> to_package_labels(
    const std::vector<std::string>& folders, const network::Package& package);

}  // namespace kennel::apps

// The addresses that this machine has right now.
#pragma once

#include <vector>

#include "fetch/address.h"

namespace kennel::fetch {

// Any thread. Throws std::system_error where the system does not say.
[[nodiscard]] std::vector<Address> own_addresses();

}  // namespace kennel::fetch

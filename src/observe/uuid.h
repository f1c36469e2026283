// Names that nobody else makes.
#pragma once

#include <string>

namespace kennel::observe {

// A random UUID, version 4 (RFC 9562), from the system's own randomness. Any thread.
[[nodiscard]] std::string make_uuid();

}  // namespace kennel::observe

// A union is a structure of which exactly one member is set.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

// `structure` under the model's names, after unknown members were dropped: a union whose only
// member we do not know is refused as well.
[[nodiscard]] inline Read<void> check_union(const Shape& shape, const Document& structure) {
  if (!shape.is_union || structure.size() == 1) return {};
  return unreadable("Union " + std::string(shape.name) +
                    " must have exactly one of its members set, and has " +
                    std::to_string(structure.size()));
}

}  // namespace kennel::wire

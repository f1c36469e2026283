// Header fields to values: scalars, lists in one field or several, maps of a prefix. Pure
// functions.
#pragma once

#include <optional>
#include <span>

#include "base/field.h"
#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

// None where the member was not sent.
[[nodiscard]] Read<std::optional<Document>> read_header_member(const Member& member,
                                                               std::span<const base::Field> fields);

}  // namespace kennel::wire

// Values of shapes in the query protocol: "Tags.member.1.Key=a". Pure functions.
#pragma once

#include <span>

#include "base/field.h"
#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

// A structure out of a form's fields. Fields that the shape does not know are ignored.
[[nodiscard]] Read<Document> read_query_value(const Shape& shape,
                                              std::span<const base::Field> fields);

}  // namespace kennel::wire

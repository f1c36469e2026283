// Values of shapes in JSON, as the protocols json 1.0, json 1.1 and rest-json have them. Pure
// functions.
#pragma once

#include <string_view>

#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

enum class Members { kAll, kBodyOnly };  // kBodyOnly: not those that travel elsewhere

// Unknown members are ignored, null is absent; in lists and maps null stays, for the validator.
[[nodiscard]] Read<Document> read_json_value(const Shape& shape, const Document& json,
                                             Members members = Members::kAll);

[[nodiscard]] Document to_json_value(const Shape& shape, const Document& value,
                                     Members members = Members::kAll);

}  // namespace kennel::wire

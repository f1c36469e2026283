// JSON as bytes: strict reading (RFC 8259, UTF-8, bounded depth, no name twice), and writing. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

[[nodiscard]] Read<Document> parse_json(std::string_view text);

// Bytes that are no UTF-8 come out as U+FFFD.
[[nodiscard]] std::string write_json(const Document& value);

}  // namespace kennel::wire

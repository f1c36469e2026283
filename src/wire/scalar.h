// Strings, numbers, booleans, blobs and timestamps as text: in forms, headers, paths, query strings
// and XML. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "wire/read.h"
#include "wire/shape.h"

namespace kennel::wire {

[[nodiscard]] bool is_scalar(const Shape& shape);

// A blob is base64. `text` is UTF-8.
[[nodiscard]] Read<Document> read_scalar(const Shape& shape, std::string_view text);

// `format` is for timestamps, and resolved.
[[nodiscard]] std::string write_scalar(const Shape& shape, const Document& value,
                                       TimestampFormat format);

// 32 or 64 bits, as the shape's kind says.
[[nodiscard]] bool is_in_range(const Shape& shape, std::int64_t value);

// "NaN", "Infinity", "-Infinity", or the shortest digits that give the same double.
[[nodiscard]] std::string write_number(double value);
[[nodiscard]] std::optional<double> read_special_number(std::string_view text);

[[nodiscard]] std::string_view name_of(ShapeKind kind);

}  // namespace kennel::wire

// The number format that a network computes in.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"

namespace kennel::engine {

// kInt8 is for networks with a quantization; what is not quantized in them computes in the fastest
// floating-point format.
enum class Precision { kF32, kBf16, kInt8 };

[[nodiscard]] std::string_view to_name(Precision precision);  // "f32", "bf16", "int8"

// bf16 where this processor computes in bf16, else f32.
[[nodiscard]] Precision fastest_float();
// Whether this processor multiplies 8-bit integers without overflow, and so as exactly as any
// other.
[[nodiscard]] bool computes_int8();

// "auto" gives fastest_float().
[[nodiscard]] base::Result<Precision> parse_precision(std::string_view name);

}  // namespace kennel::engine

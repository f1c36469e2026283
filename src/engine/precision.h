// The number format that a network computes in.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"

namespace kennel::engine {

enum class Precision { kF32, kBf16 };

[[nodiscard]] std::string_view to_name(Precision precision);  // "f32", "bf16"

// "auto" gives what is fastest on this processor: bf16 where it computes in bf16, else f32.
[[nodiscard]] base::Result<Precision> parse_precision(std::string_view name);

}  // namespace kennel::engine

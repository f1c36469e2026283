#include "engine/precision.h"

#include <fmt/format.h>

namespace kennel::engine {
namespace {

Precision fastest_precision() {
  // Every processor with AMX tiles for bf16 has the AVX-512 instructions too.
  return __builtin_cpu_supports("avx512bf16") != 0 ? Precision::kBf16 : Precision::kF32;
}

}  // namespace

std::string_view to_name(Precision precision) {
  return precision == Precision::kBf16 ? "bf16" : "f32";
}

base::Result<Precision> parse_precision(std::string_view name) {
  if (name == "auto") return fastest_precision();
  if (name == "f32") return Precision::kF32;
  if (name == "bf16") return Precision::kBf16;
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("there is no precision \"{}\"; choose auto, f32 or bf16", name));
}

}  // namespace kennel::engine

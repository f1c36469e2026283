#include "engine/precision.h"

#include <fmt/format.h>

namespace kennel::engine {

std::string_view to_name(Precision precision) {
  if (precision == Precision::kInt8) return "int8";
  return precision == Precision::kBf16 ? "bf16" : "f32";
}

Precision fastest_float() {
  // Every processor with AMX tiles for bf16 has the AVX-512 instructions too.
  return __builtin_cpu_supports("avx512bf16") != 0 ? Precision::kBf16 : Precision::kF32;
}

bool computes_int8() {
  return __builtin_cpu_supports("avx512vnni") != 0 || __builtin_cpu_supports("avxvnni") != 0;
}

base::Result<Precision> parse_precision(std::string_view name) {
  if (name == "auto") return fastest_float();
  if (name == "f32") return Precision::kF32;
  if (name == "bf16") return Precision::kBf16;
  if (name == "int8") return Precision::kInt8;
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("there is no precision \"{}\"; choose auto, f32, bf16 or int8", name));
}

}  // namespace kennel::engine

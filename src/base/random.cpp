#include "base/random.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace kennel::base {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Random Random::fork(std::string_view name, std::uint64_t index) const {
  std::uint64_t hash = mix(state_ + 0x9e3779b97f4a7c15ULL);
  for (const char letter : name) hash = mix(hash ^ static_cast<unsigned char>(letter));
  return Random(mix(hash ^ mix(index)));
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  return mix(state_);
}

std::uint64_t Random::below(std::uint64_t count) {
  check(count > 0, "a draw needs something to draw from");
  const std::uint64_t skip =
      (0 - count) % count;  // the part of 2^64 that would favour small values
  std::uint64_t value = next();
  while (value < skip) value = next();
  return value % count;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace kennel::base

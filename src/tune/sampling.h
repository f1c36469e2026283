// Points of the unit cube, each by its number: nothing is remembered between two of them.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "tune/space.h"

namespace kennel::tune {

// Independent of all others.
[[nodiscard]] Point random_point(const base::Random& random, std::uint64_t number,
                                 std::size_t dimensions);
// One of a sequence that covers the cube evenly: Halton's, each digit permuted by the seed (Owen
// 2017), for up to 32 dimensions; further ones are random.
[[nodiscard]] Point spread_point(const base::Random& random, std::uint64_t number,
                                 std::size_t dimensions);

}  // namespace kennel::tune

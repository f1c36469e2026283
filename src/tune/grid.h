// Grid search: every combination of a few values of each parameter.
#pragma once

#include "tune/search.h"

namespace kennel::tune {

// All categories; of numbers as many levels as the trials allow, evenly spread in their scaling,
// the ends with them.
[[nodiscard]] std::uint64_t count_grid_points(const Search& search);

// As `propose`, for Strategy::kGrid. What was tried is not tried again.
[[nodiscard]] std::vector<Configuration> propose_grid(const Search& search, const Trials& trials,
                                                      std::size_t count);

}  // namespace kennel::tune

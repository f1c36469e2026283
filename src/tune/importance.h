// What a search has learnt about its space: how much each parameter matters, and what is expected
// anywhere. By the Gaussian process of all outcomes, whatever strategy found them.
#pragma once

#include "tune/search.h"

namespace kennel::tune {

// Of each parameter: the part of the variance of the expected loss over the whole space that it
// explains alone (the first-order index of Sobol 1993), by sampling; 0 to 1. Empty with fewer than
// four outcomes, or where all are the same.
[[nodiscard]] std::vector<double> importance(const Space& space, const Trials& trials);

// The expected loss over two parameters, with all others as in `at`: rows of `columns` values, from
// the lower ends on, in the standardized scale of the process. Empty as above.
[[nodiscard]] std::vector<double> surface(const Space& space, const Trials& trials,
                                          const Configuration& at, std::size_t x, std::size_t y,
                                          std::size_t columns, std::size_t rows);

}  // namespace kennel::tune

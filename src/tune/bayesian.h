// Bayesian optimization: a Gaussian process of what the trials told, and the place where it expects
// the best to be improved most.
#pragma once

#include "tune/search.h"

namespace kennel::tune {

// As `propose`, for Strategy::kBayesian. The first trials are spread over the space. Noise is not
// mistaken for progress: what is to be improved is the lowest expected outcome, not the luckiest.
// Of several proposals each takes those before it, and the trials that run, as having gone as
// expected.
[[nodiscard]] std::vector<Configuration> propose_bayesian(const Search& search,
                                                          const Trials& trials, std::size_t count);

// The logarithm of the expected improvement upon `best`, exact where it is next to nothing too.
[[nodiscard]] double log_expected_improvement(double mean, double deviation, double best);

}  // namespace kennel::tune

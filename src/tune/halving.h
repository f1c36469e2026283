// Hyperband and ASHA: many trials get a few epochs, the better of them more.
//
// Rungs are epochs, each `reduction` times the one below, the last one all of them. Hyperband has
// brackets that begin on different rungs, and takes a rung's best on once all of it has ended; ASHA
// has one, and takes on whoever is among the best so far. A trial's bracket follows from its place.
#pragma once

#include "tune/search.h"

namespace kennel::tune {

// The epochs of all rungs, in order. At least one.
[[nodiscard]] std::vector<int> rungs_of(const Search& search);

// Which rung a new trial begins on, by its place.
[[nodiscard]] std::size_t first_rung(const Search& search, std::size_t place);

// The trial that is to go on, and up to which epoch; none where nobody is known to deserve it. Once
// no trials are to come, and none has had all epochs: the best of those that wait furthest up.
struct Promotion {
  std::size_t trial = 0;
  int epochs = 0;
};
[[nodiscard]] std::optional<Promotion> find_promotion(const Search& search, const Trials& trials);

}  // namespace kennel::tune

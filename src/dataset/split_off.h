// Makes up the splits that a folder does not have.
#pragma once

#include "base/error.h"
#include "dataset/dataset.h"

namespace kennel::dataset {

// Checks that the fractions are shares that leave something to train on.
[[nodiscard]] base::Result<void> check_fractions(const ScanOptions& options);

// Moves photos of each class from train to valid and, with `with_test`, to test: the fraction of
// the class, rounded, at least one and never all. Which ones depends on the seed, the class's name
// and its photos' names, not on other classes or on where the folder lies. Afterwards every split
// is in the order it had in train. kInvalid, naming the class, where a class has too few photos.
[[nodiscard]] base::Result<void> split_off(Dataset& dataset, bool with_test,
                                           const ScanOptions& options);

}  // namespace kennel::dataset

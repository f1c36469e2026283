// Draws photos of dog breeds that do not exist: a data set for the demo and the tests.
#pragma once

#include <functional>

#include "base/disk.h"
#include "base/error.h"
#include "vision/image.h"

namespace kennel::dataset {

struct SampleOptions {
  int classes = 12;    // 2 to kSampleClassesMax
  int per_class = 80;  // 5 to 99,999 over all splits: 70 % train, 15 % valid, 15 % test
  std::uint64_t seed = 1;
};

inline constexpr int kSampleClassesMax = 64;

// The photo number `index` of breed `breed`: a pure function of its arguments.
[[nodiscard]] vision::Image draw_dog(int breed, int index, std::uint64_t seed);

// Writes FOLDER/{train,valid,test}/<NNN.Breed_name>/<Breed_name>_NNNNN.jpg, the same bytes for the
// same options on the same build, whatever the number of cores. FOLDER must be new or empty
// (kConflict otherwise); options beyond their limits are kInvalid. The photos appear when all are
// drawn; a broken disk throws DiskError and leaves nothing. `progress` may be empty; it hears the
// number of photos written so far and the total, on the caller's thread.
[[nodiscard]] base::Result<void> write_sample_dataset(
    base::Disk& disk, const base::Path& folder, const SampleOptions& options,
    const std::function<void(int done, int total)>& progress);

}  // namespace kennel::dataset

// The photos that a quantization is calibrated and checked on.
#pragma once

#include <string>

#include "base/disk.h"
#include "base/error.h"
#include "engine/quantize.h"
#include "network/package.h"

namespace kennel::apps {

struct ChosenPhotos {
  engine::QuantizationPhotos photos;
  std::string calibration;  // what they are: "training photos", for people
  std::string check;        // "of valid and test"
};

// A data set as `kennel train` takes it: training photos to calibrate on, valid and test to check
// on, split as the package's training split them. A folder with photos and no folders in it: some
// to calibrate on, the others to check on, without labels. At most `photos_max` to calibrate on,
// the same ones every time.
[[nodiscard]] base::Result<ChosenPhotos> choose_photos(const base::Path& folder,
                                                       const network::Package& package,
                                                       std::size_t photos_max);

}  // namespace kennel::apps

// Photos in folders that are named after their classes, as they are: for measuring a model that is
// there already. Nothing is split off.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dataset/dataset.h"

namespace kennel::dataset {

struct LabelledPhotos {
  std::string split;                 // "train", "valid", "test" or "all"
  std::vector<std::string> classes;  // of those folders that hold photos, sorted
  std::vector<Sample> samples;       // by class, then by name
};

// `split` is "train", "valid", "test", "all", or "auto": test, or valid, or train where there are
// splits, all where there are none. kInvalid when the folder has no such split or no photos.
[[nodiscard]] base::Result<LabelledPhotos> scan_labelled(const base::Path& folder,
                                                         std::string_view split);

}  // namespace kennel::dataset

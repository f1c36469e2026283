// The photos of each split by class, as they lie in folders: what a data set is made of, before
// anything is checked or split off. Listings of several machines can be joined in between.
#pragma once

#include <array>
#include <vector>

#include "base/error.h"
#include "dataset/class_folders.h"
#include "dataset/dataset.h"
#include "dataset/layout.h"

namespace kennel::dataset {

struct PhotoListing {
  Layout layout;
  std::array<std::vector<ClassFolder>, 3> splits;  // empty for those that the layout lacks
  PassedOver passed_over;

  [[nodiscard]] std::vector<ClassFolder>& split(Split which) {
    return splits[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] const std::vector<ClassFolder>& split(Split which) const {
    return splits[static_cast<std::size_t>(which)];
  }
};

// kInvalid for a folder that cannot be listed, and for a name that cannot be a class's.
[[nodiscard]] base::Result<PhotoListing> list_photos(Layout layout);

// Puts a photo where it belongs by class and name, unless it is there already.
void add_photo(std::vector<ClassFolder>& classes, const std::string& name, const base::Path& photo);

// Checks what was listed and makes up the splits that are not given; errors are scan_folder's.
[[nodiscard]] base::Result<Dataset> to_dataset(PhotoListing listing,
                                               const ScanOptions& options = {});

}  // namespace kennel::dataset

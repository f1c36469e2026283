// A folder of photos as classes, splits and samples.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::dataset {

struct Sample {
  base::Path path;
  int label = 0;  // an index into Dataset::classes
};

enum class Split { kTrain, kValid, kTest };
inline constexpr std::array<Split, 3> kSplits{Split::kTrain, Split::kValid, Split::kTest};
[[nodiscard]] std::string_view to_name(Split split);  // "train", "valid", "test"

struct Dataset {
  std::vector<std::string> classes;  // folder names, sorted
  std::array<std::vector<Sample>, 3> splits;
  // What the user should know: a split that was made up, a class that is missing from one.
  std::vector<std::string> notes;

  [[nodiscard]] const std::vector<Sample>& split(Split which) const {
    return splits[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::vector<Sample>& split(Split which) {
    return splits[static_cast<std::size_t>(which)];
  }
};

struct ScanOptions {
  double valid_fraction = 0.15;  // of each class, where no valid split is given
  double test_fraction = 0.15;   // of each class, where no split at all is given
  std::uint64_t seed = 1;        // which photos are split off
};

// Reads DIR/{train,valid|val|validation,test}/<class>/<photo>, or DIR/<class>/<photo> without
// splits; a split that is not given is split off by class. Lists every file of a class folder,
// whatever its extension: its content decides later. Passed over without a word: hidden entries
// and what is no photo to anybody (.txt, .csv, .json, .md and the like); with a note: folders
// inside class folders, files beside them, folders beside train. Links are followed; one that
// leads nowhere is listed, for its reader to report. Classes and photos are sorted bytewise.
// Errors say what was found and what was expected: no such folder, no photos, fewer than two
// classes, a class with too few photos to split, a class in valid or test that train does not
// have, a class name that is not UTF-8 or holds a line break.
[[nodiscard]] base::Result<Dataset> scan_folder(const base::Path& folder,
                                                const ScanOptions& options = {});

}  // namespace kennel::dataset

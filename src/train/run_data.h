// The first half of a run: from a folder of photos to labelled rows of features.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "engine/feature_extraction.h"
#include "train/head_trainer.h"

namespace kennel::train {

// Pretrained weights as they lie in their file.
struct PretrainedWeights {
  network::StateDict tensors;
  base::Digest digest;  // of the file
};
[[nodiscard]] base::Result<PretrainedWeights> load_weights(const base::Path& path);

// The first `fraction` of each class after a seeded shuffle, in the old order; at least one photo.
[[nodiscard]] std::vector<dataset::Sample> thinned(const std::vector<dataset::Sample>& samples,
                                                   std::size_t classes, double fraction,
                                                   std::uint64_t seed);

// Every photo of the data set, split after split.
[[nodiscard]] std::vector<base::Path> all_photos(const dataset::Dataset& data);

// The readable photos of one split, with their features.
struct SplitRows {
  std::vector<base::Path> paths;
  LabelledRows rows;
};

struct RunRows {
  std::array<SplitRows, 3> splits;
  base::Digest digest;  // of every photo, its split and its label

  [[nodiscard]] const SplitRows& split(dataset::Split which) const {
    return splits[static_cast<std::size_t>(which)];
  }
};

// Takes `features` of all_photos(data) apart again. kInvalid when unreadable photos have emptied a
// class in train, or all of valid.
[[nodiscard]] base::Result<RunRows> to_rows(const dataset::Dataset& data,
                                            const engine::Features& features);

}  // namespace kennel::train

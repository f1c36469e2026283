// What a head is trained on: the data set, the frozen backbone's weights, and every photo's
// features. Computed once, for one head or for many.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "features/feature_cache.h"
#include "train/run.h"
#include "train/run_data.h"

namespace kennel::train {

// The features lie in the cache, mapped: as long as this lives.
struct Prepared {
  dataset::Dataset data;  // train thinned by `fraction`
  PretrainedWeights weights;
  base::Digest features_digest;  // what names the features
  std::unique_ptr<features::FeatureSpace> space;
  RunRows rows;
  std::size_t cached_photos = 0;
  std::vector<engine::PhotoFailure> failures;
  std::vector<std::string> notes;

  [[nodiscard]] int class_count() const { return static_cast<int>(data.classes.size()); }
};

// Tells the observer of data set, features and notes; writes its phases into `seconds`. kCorrupt
// for an unreadable photo where the run is strict; kInterrupted.
[[nodiscard]] base::Result<Prepared> prepare(const RunOptions& options, RunObserver& observer,
                                             RunSeconds& seconds, base::Disk& disk,
                                             const base::Clock& clock);

[[nodiscard]] HeadData head_data(const RunOptions& options, const Prepared& prepared);

// What the weights of a head that is trained on it depend on: see LoopOptions::run.
[[nodiscard]] nlohmann::json outcome_of(const RunOptions& options, const Prepared& prepared);

// As run_training, for options that differ from those of `prepared` in the head and the folder
// only.
[[nodiscard]] base::Result<RunSummary> run_prepared(const RunOptions& options,
                                                    const Prepared& prepared, RunObserver& observer,
                                                    base::Disk& disk, const base::Clock& clock);

}  // namespace kennel::train

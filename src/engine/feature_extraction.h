// Photos to features: each photo's backbone pass is paid once, then read from the cache.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"
#include "base/error.h"
#include "engine/compiled_network.h"
#include "engine/photo_pipeline.h"
#include "features/feature_cache.h"

namespace kennel::engine {

// A backbone with weights, and the digest that stands for those weights.
struct PretrainedBackbone {
  const network::Backbone& backbone;
  const network::StateDict& weights;
  base::Digest weights_digest;
};

// What photos are known to be: these are read only when their features are not in the cache.
using KnownDigests = std::unordered_map<std::string, base::Digest>;  // by path

struct ExtractionOptions {
  Precision precision = Precision::kF32;
  int threads = 1;
  const KnownDigests* digests = nullptr;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> progress;  // photos that were not cached
};

struct ExtractionSeconds {
  double hash = 0;     // reading and hashing, wall clock
  double compile = 0;  // the network, wall clock
  double extract = 0;  // decoding, inference and writing, wall clock
  PipelineSeconds work;
};

// One entry a photo, in the order they were given.
struct Features {
  std::vector<std::span<const float>> rows;  // empty where the photo could not be read
  std::vector<base::Digest> digests;
  std::vector<PhotoFailure> failures;  // ordered by index
  std::size_t cached = 0;              // photos whose features were there already
  ExtractionSeconds seconds;
};

// What names the features of this backbone in the cache.
[[nodiscard]] features::SpaceKey space_key(const PretrainedBackbone& backbone, Precision precision);

// The rows point into `space`. kInterrupted when `stop` was set; what was computed until then is in
// the space. kInvalid when the weights don't fit the backbone.
[[nodiscard]] base::Result<Features> extract_features(features::FeatureSpace& space,
                                                      const PretrainedBackbone& backbone,
                                                      std::span<const base::Path> photos,
                                                      const ExtractionOptions& options);

}  // namespace kennel::engine

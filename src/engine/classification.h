// Photos to logits with a packaged model.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/photo_pipeline.h"
#include "engine/precision.h"
#include "network/package.h"

namespace kennel::engine {

struct ClassificationOptions {
  Precision precision = Precision::kF32;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// One entry a photo, in the order they were given.
struct ClassifiedPhotos {
  std::vector<std::vector<float>> logits;  // [classes], empty where the photo could not be read
  std::vector<PhotoFailure> failures;      // ordered by index
};

// kInvalid when the package's weights don't fit its backbone, kInterrupted when `stop` was set.
[[nodiscard]] base::Result<ClassifiedPhotos> classify(const network::Package& package,
                                                      std::span<const base::Path> photos,
                                                      const ClassificationOptions& options);

}  // namespace kennel::engine

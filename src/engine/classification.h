// Photos to logits with a packaged model.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/compiled_network.h"
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

// parse_precision for a package: "auto" takes int8 where the package prefers it and this processor
// is made for it. kInvalid for int8 where the package has no quantization.
[[nodiscard]] base::Result<Precision> choose_precision(std::string_view name,
                                                       const network::Package& package);

// What a package's network is made of; refers to the package.
[[nodiscard]] base::Result<NetworkSpec> spec_of(const network::Package& package);

// Backbone, head and quantization as one network. kInvalid when the package's weights don't fit
// its backbone.
[[nodiscard]] base::Result<std::unique_ptr<CompiledNetwork>> compile_package(
    const network::Package& package, const CompileOptions& options);

// kInvalid when the package's weights don't fit its backbone, kInterrupted when `stop` was set.
[[nodiscard]] base::Result<ClassifiedPhotos> classify(const network::Package& package,
                                                      std::span<const base::Path> photos,
                                                      const ClassificationOptions& options);

}  // namespace kennel::engine

// What 8 bits have to cover: the range of every value that a network's steps read, from photos.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/compiled_network.h"
#include "engine/photo_pipeline.h"
#include "network/quantization.h"
#include "vision/image.h"

namespace kennel::engine {

struct CalibrationOptions {
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> progress;  // one call at a time
};

// Photos as a network reads them, kept in memory: 150 KB each.
struct Squares {
  std::vector<vision::Image> images;
  std::vector<PhotoFailure> failures;  // ordered by index
};
[[nodiscard]] base::Result<Squares> read_squares(std::span<const base::Path> photos,
                                                 const vision::Transform& transform,
                                                 const CalibrationOptions& options);

// A range for every value that a step can read (network::quantizable_steps). The same for the same
// images in any order, on any number of threads. kInvalid when the weights don't fit the backbone,
// kInterrupted when `stop` was set.
[[nodiscard]] base::Result<std::map<std::string, network::ValueRange>> calibrate(
    const NetworkSpec& spec, std::span<const vision::Image> images,
    const CalibrationOptions& options);

}  // namespace kennel::engine

// Post-training quantization: from a package in floating point to one that computes in 8-bit
// integers and still gives the same answers.
//
//   ranges of all values, from photos -> all steps in 8 bits -> do the answers hold?
//     -> no: the steps that hurt most go back to floating point, more each time, and again
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/answer_check.h"
#include "engine/photo_pipeline.h"
#include "network/package.h"

namespace kennel::engine {

struct QuantizationPhotos {
  std::vector<base::Path> calibration;
  std::vector<base::Path> check;
  std::vector<int> labels;  // of `check`; empty where they are not known
};

struct QuantizationOptions {
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  // `stage` in the present participle: "calibrating".
  std::function<void(std::string_view stage, std::size_t done, std::size_t total)> progress;
};

struct QuantizationOutcome {
  network::Quantization quantization;  // without what only its maker knows: calibration, check
  std::size_t calibration_photos = 0;  // that could be read
  AnswerCheck all_in_8_bits;           // before steps were given back
  AnswerCheck check;
  std::vector<PhotoFailure> failures;  // of both sets

  [[nodiscard]] bool is_good() const { return holds(check); }
};

// Where nothing helps the outcome is the best that was found, and not good. kInvalid when no photo
// could be read or the weights don't fit the backbone, kInterrupted when `stop` was set.
[[nodiscard]] base::Result<QuantizationOutcome> quantize(const network::Package& package,
                                                         const QuantizationPhotos& photos,
                                                         const QuantizationOptions& options);

}  // namespace kennel::engine

// Which steps of a network bear 8 bits worst.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/calibration.h"
#include "engine/compiled_network.h"
#include "vision/image.h"

namespace kennel::engine {

struct StepError {
  std::string step;
  double error = 0;  // mean squared, of the outputs, when this step alone computes in 8 bits
};

// Worst first. `spec.quantization` has a range for every value; its `kept` is not looked at.
[[nodiscard]] base::Result<std::vector<StepError>> measure_step_errors(
    const NetworkSpec& spec, std::span<const vision::Image> images,
    const CalibrationOptions& options);

}  // namespace kennel::engine

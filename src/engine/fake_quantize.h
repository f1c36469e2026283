// FakeQuantize nodes: what makes OpenVINO compute a convolution in 8-bit integers. Behind the wall.
#pragma once

#include <map>
#include <openvino/core/node.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "network/backbone.h"
#include "network/quantization.h"

namespace kennel::engine {

// [out, ...], 255 levels a channel, symmetric: -127 to 127. kInvalid when a weight is not finite.
[[nodiscard]] base::Result<ov::Output<ov::Node>> quantized_weight(
    const ov::Output<ov::Node>& weight, const std::string& name);

// The values that the steps of a network read: in 8 bits where the step computes so.
class StepInputs {
 public:
  // Without quantization (nullptr) nothing is quantized.
  StepInputs(const network::Backbone& folded, const network::Quantization* quantization);

  [[nodiscard]] bool is_quantized(std::size_t step) const {
    return step < in_8_bits_.size() && in_8_bits_[step];
  }
  // What `step` reads of `value`, which is `plain` in floating point.
  [[nodiscard]] ov::Output<ov::Node> read(std::size_t step, int value,
                                          const ov::Output<ov::Node>& plain);

 private:
  const network::Quantization* quantization_;
  std::vector<std::string> names_;                 // of the steps' values
  std::vector<bool> in_8_bits_;                    // the steps
  std::map<int, ov::Output<ov::Node>> quantized_;  // one node for all who read the value
};

}  // namespace kennel::engine

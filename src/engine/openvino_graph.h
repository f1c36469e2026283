// From a backbone's description to an OpenVINO graph. Behind the wall: for engine's own files.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/compiled_network.h"

namespace kennel::engine {

// Any batch size: the input is u8 [?, crop, crop, 3]. With a quantization, BatchNorms are folded
// and FakeQuantize nodes say what computes in 8 bits.
[[nodiscard]] base::Result<std::shared_ptr<ov::Model>> build_graph(const NetworkSpec& spec);

// With the spec's quantization for int8 only. kInvalid for int8 where there is none.
[[nodiscard]] base::Result<std::shared_ptr<ov::Model>> build_graph_for(const NetworkSpec& spec,
                                                                       Precision precision);

// The network without its BatchNorms in floating point; its outputs are the values of those names
// (network/quantization.h), in their order.
[[nodiscard]] base::Result<std::shared_ptr<ov::Model>> build_values_graph(
    const NetworkSpec& spec, const std::vector<std::string>& values);

}  // namespace kennel::engine

// From a backbone's description to an OpenVINO graph. Behind the wall: for compiled_network.cpp.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

#include "base/error.h"
#include "engine/compiled_network.h"

namespace kennel::engine {

// Any batch size: the input is u8 [?, crop, crop, 3].
[[nodiscard]] base::Result<std::shared_ptr<ov::Model>> build_graph(const NetworkSpec& spec);

}  // namespace kennel::engine

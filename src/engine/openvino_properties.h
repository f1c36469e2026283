// How networks are compiled, in OpenVINO's words. Behind the wall: for engine's own files.
#pragma once

#include <openvino/core/any.hpp>

#include "engine/precision.h"

namespace kennel::engine {

[[nodiscard]] ov::AnyMap openvino_properties(Precision precision, int streams, int threads);

}  // namespace kennel::engine

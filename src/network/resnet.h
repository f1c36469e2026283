// Residual networks (He et al. 2015, with the stride in the 3 x 3 convolution as torchvision has
// it), under torchvision's key names.
#pragma once

#include <array>

#include "network/backbone.h"

namespace kennel::network {

enum class ResNetBlock { kBasic, kBottleneck };

struct ResNetShape {
  std::string name;  // "resnet50"
  ResNetBlock block = ResNetBlock::kBottleneck;
  std::array<int, 4> blocks{};  // in each of the four stages
};

[[nodiscard]] Backbone make_resnet(const ResNetShape& shape);

}  // namespace kennel::network

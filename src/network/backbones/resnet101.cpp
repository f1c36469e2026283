#include "network/resnet.h"

namespace kennel::network::backbones {

Backbone resnet101() {
  return make_resnet(
      {.name = "resnet101", .block = ResNetBlock::kBottleneck, .blocks = {3, 4, 23, 3}});
}

}  // namespace kennel::network::backbones

#include "network/resnet.h"

namespace kennel::network::backbones {

Backbone resnet50() {
  return make_resnet(
      {.name = "resnet50", .block = ResNetBlock::kBottleneck, .blocks = {3, 4, 6, 3}});
}

}  // namespace kennel::network::backbones

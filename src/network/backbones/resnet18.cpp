#include "network/resnet.h"

namespace kennel::network::backbones {

Backbone resnet18() {
  return make_resnet({.name = "resnet18", .block = ResNetBlock::kBasic, .blocks = {2, 2, 2, 2}});
}

}  // namespace kennel::network::backbones

#include "network/resnet.h"

namespace kennel::network::backbones {

Backbone resnet34() {
  return make_resnet({.name = "resnet34", .block = ResNetBlock::kBasic, .blocks = {3, 4, 6, 3}});
}

}  // namespace kennel::network::backbones

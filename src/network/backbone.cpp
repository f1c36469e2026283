#include "network/backbone.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "network/backbone_list.h"

namespace kennel::network {

std::vector<LinearLayer> head_layers(int feature_width, int hidden, int classes) {
  return {{.name = "fc.0", .in = feature_width, .out = hidden, .relu = true},
          {.name = "fc.2", .in = hidden, .out = classes, .relu = false}};
}

const std::vector<Backbone>& all_backbones() {
  static const std::vector<Backbone> backbones = [] {
    auto list = make_backbones();
    std::ranges::sort(list, {}, &Backbone::name);
    return list;
  }();
  return backbones;
}

base::Result<const Backbone*> get_backbone(std::string_view name) {
  std::vector<std::string> names;
  for (const Backbone& backbone : all_backbones()) {
    if (backbone.name == name) return &backbone;
    names.push_back(backbone.name);
  }
  return base::fail(
      base::ErrorKind::kNotFound,
      fmt::format("there is no backbone \"{}\"; choose one of {}", name, fmt::join(names, ", ")));
}

}  // namespace kennel::network

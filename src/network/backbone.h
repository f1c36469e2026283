// A backbone described once, as data: `engine` makes an OpenVINO graph of it and `train` a libtorch
// module. Adding one is one file in backbones/.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "vision/transform.h"

namespace kennel::network {

// Zeros (or, for pooling, minus infinity) around an image, in pixels: TensorFlow's "same" padding
// is uneven.
struct Padding {
  int begin = 0;  // above and to the left
  int end = 0;    // below and to the right
};

// Weights "<name>.weight" [out, in / groups, kernel, kernel].
struct Convolution {
  std::string name;
  int in = 0;
  int out = 0;
  int kernel = 1;
  int stride = 1;
  int groups = 1;
  Padding padding;
  bool bias = false;  // adds "<name>.bias" [out]; not where a BatchNorm follows
};

// Inference form: "<name>.weight", ".bias", ".running_mean", ".running_var", each [channels].
struct BatchNorm {
  std::string name;
  int channels = 0;
  double epsilon = 1e-5;
};

struct Relu {};
struct Relu6 {};

struct MaxPool {
  int kernel = 1;
  int stride = 1;
  Padding padding;
};

// Adds the value of another step.
struct Add {
  int other = 0;
};

// [N, C, H, W] to [N, C].
struct GlobalAveragePool {};

using Operation =
    std::variant<Convolution, BatchNorm, Relu, Relu6, MaxPool, Add, GlobalAveragePool>;

// The value of the network's input.
inline constexpr int kImage = -1;

// Step k makes value k out of an earlier value.
struct Step {
  Operation operation;
  int input = kImage;
};

// Where pretrained weights come from, and what their files are called.
struct WeightsSource {
  std::vector<std::string> file_patterns;  // shell patterns: "resnet50-*.pth"
  std::string advice;                      // how to get one, for people
};

// [N, 3, crop, crop], normalized, to features [N, feature_width].
struct Backbone {
  std::string name;
  vision::Transform transform;
  int feature_width = 0;
  std::vector<Step> steps;
  std::string classifier;  // the name of the pretrained network's own last layer: "fc"
  WeightsSource weights;
};

// A fully connected layer: "<name>.weight" [out, in], "<name>.bias" [out].
struct LinearLayer {
  std::string name;
  int in = 0;
  int out = 0;
  bool relu = false;  // after it
};

// What is trained here: Linear(features, hidden) - ReLU - Linear(hidden, classes), under the names
// of a torch.nn.Sequential called `fc`.
[[nodiscard]] std::vector<LinearLayer> head_layers(int feature_width, int hidden, int classes);

// Every backbone that kennel knows, sorted by name.
[[nodiscard]] const std::vector<Backbone>& all_backbones();

// NotFound, naming those that there are.
[[nodiscard]] base::Result<const Backbone*> get_backbone(std::string_view name);

}  // namespace kennel::network

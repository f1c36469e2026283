// Weights for any backbone, for tests that need a network and not its accuracy.
#pragma once

#include <cmath>
#include <type_traits>

#include "base/random.h"
#include "network/backbone.h"
#include "network/tensor.h"

namespace kennel::network {

inline Tensor random_tensor(std::vector<std::int64_t> shape, base::Random& random, double mean,
                            double deviation) {
  std::int64_t count = 1;
  for (const auto side : shape) count *= side;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(mean + deviation * random.normal());
  return Tensor::from_floats(std::move(shape), std::move(values));
}

// Variances are kept, so that activations neither vanish nor blow up over a hundred layers.
inline void add_random(StateDict& weights, const Convolution& op, base::Random& random) {
  const double fan_in = static_cast<double>(op.in) / op.groups * op.kernel * op.kernel;
  weights.set(op.name + ".weight", random_tensor({op.out, op.in / op.groups, op.kernel, op.kernel},
                                                 random, 0, std::sqrt(2 / fan_in)));
}

inline void add_random(StateDict& weights, const BatchNorm& op, base::Random& random) {
  weights.set(op.name + ".weight", random_tensor({op.channels}, random, 0.8, 0.1));
  weights.set(op.name + ".bias", random_tensor({op.channels}, random, 0, 0.1));
  weights.set(op.name + ".running_mean", random_tensor({op.channels}, random, 0, 0.1));
  weights.set(op.name + ".running_var", random_tensor({op.channels}, random, 1, 0.05));
  weights.set(op.name + ".num_batches_tracked", Tensor::from_int64s({}, {7}));
}

template <class T>
void add_random(StateDict&, const T&, base::Random&) {}  // has no weights

inline void add_random(StateDict& weights, const LinearLayer& layer, base::Random& random) {
  weights.set(layer.name + ".weight",
              random_tensor({layer.out, layer.in}, random, 0, std::sqrt(2.0 / layer.in)));
  weights.set(layer.name + ".bias", random_tensor({layer.out}, random, 0, 0.1));
}

inline StateDict random_weights(const Backbone& backbone, const std::vector<LinearLayer>& layers,
                                std::uint64_t seed) {
  base::Random random(seed);
  StateDict weights;
  for (const auto& step : backbone.steps) {
    std::visit([&](const auto& op) { add_random(weights, op, random); }, step.operation);
  }
  for (const auto& layer : layers) add_random(weights, layer, random);
  return weights;
}

// Three channels to `width` features in one convolution: quick, and still a network.
inline Backbone tiny_backbone(int crop, int width) {
  return {.name = "tiny",
          .transform = {.resize_shorter = crop, .crop = crop},
          .feature_width = width,
          .steps = {{Convolution{.name = "conv", .in = 3, .out = width, .kernel = 3, .stride = 2},
                     kImage},
                    {BatchNorm{"norm", width, 1e-5}, 0},
                    {Relu{}, 1},
                    {GlobalAveragePool{}, 2}},
          .classifier = "fc"};
}

}  // namespace kennel::network

#include "train/torch_network.h"

#include <torch/torch.h>

#include "train/torch_tensors.h"

namespace kennel::train {
namespace {

using network::StateDict;

// One step: the values so far and its input, to its value.
using Function = std::function<torch::Tensor(const std::vector<torch::Tensor>& values,
                                             const torch::Tensor& input)>;

base::Result<torch::Tensor> load(const StateDict& weights, const std::string& name,
                                 std::vector<std::int64_t> shape) {
  KENNEL_TRY(const auto tensor, weights.get(name, shape));
  return to_torch(tensor);
}

base::Result<Function> make(const network::Convolution& op, const StateDict& weights) {
  KENNEL_TRY(const auto weight,
             load(weights, op.name + ".weight", {op.out, op.in / op.groups, op.kernel, op.kernel}));
  torch::Tensor bias;
  if (op.bias) {
    KENNEL_TRY(bias, load(weights, op.name + ".bias", {op.out}));
  }
  const auto [begin, end] = op.padding;
  const bool even = begin == end;
  return Function([=](const auto&, const torch::Tensor& input) {
    const auto padded = even ? input : torch::constant_pad_nd(input, {begin, end, begin, end});
    const int padding = even ? begin : 0;
    return torch::conv2d(padded, weight, bias, op.stride, padding, 1, op.groups);
  });
}

base::Result<Function> make(const network::BatchNorm& op, const StateDict& weights) {
  KENNEL_TRY(const auto weight, load(weights, op.name + ".weight", {op.channels}));
  KENNEL_TRY(const auto bias, load(weights, op.name + ".bias", {op.channels}));
  KENNEL_TRY(const auto mean, load(weights, op.name + ".running_mean", {op.channels}));
  KENNEL_TRY(const auto variance, load(weights, op.name + ".running_var", {op.channels}));
  return Function([=](const auto&, const torch::Tensor& input) {
    return torch::batch_norm(input, weight, bias, mean, variance, false, 0, op.epsilon, true);
  });
}

base::Result<Function> make(const network::Relu&, const StateDict&) {
  return Function([](const auto&, const torch::Tensor& input) { return torch::relu(input); });
}

base::Result<Function> make(const network::Relu6&, const StateDict&) {
  return Function([](const auto&, const torch::Tensor& input) { return torch::relu6(input); });
}

base::Result<Function> make(const network::MaxPool& op, const StateDict&) {
  base::check(op.padding.begin == op.padding.end, "libtorch pools with even padding");
  return Function([=](const auto&, const torch::Tensor& input) {
    return torch::max_pool2d(input, op.kernel, op.stride, op.padding.begin);
  });
}

base::Result<Function> make(const network::Add& op, const StateDict&) {
  return Function([=](const auto& values, const torch::Tensor& input) {
    return input + values[static_cast<std::size_t>(op.other)];
  });
}

base::Result<Function> make(const network::GlobalAveragePool&, const StateDict&) {
  return Function([](const auto&, const torch::Tensor& input) { return input.mean({2, 3}); });
}

base::Result<Function> make(const network::LinearLayer& layer, const StateDict& weights) {
  KENNEL_TRY(const auto weight, load(weights, layer.name + ".weight", {layer.out, layer.in}));
  KENNEL_TRY(const auto bias, load(weights, layer.name + ".bias", {layer.out}));
  return Function([=, relu = layer.relu](const auto&, const torch::Tensor& input) {
    const auto value = torch::linear(input, weight, bias);
    return relu ? torch::relu(value) : value;
  });
}

torch::Tensor per_channel(const std::array<float, 3>& values) {
  return torch::tensor({values[0], values[1], values[2]}).view({1, 3, 1, 1}) * 255.0;
}

}  // namespace

struct TorchNetwork::Modules {
  vision::Transform transform;
  std::vector<network::Step> steps;
  std::vector<Function> functions;  // of the steps, then of the layers
};

TorchNetwork::TorchNetwork(std::unique_ptr<Modules> modules) : modules_(std::move(modules)) {}
TorchNetwork::~TorchNetwork() = default;
TorchNetwork::TorchNetwork(TorchNetwork&&) noexcept = default;

base::Result<TorchNetwork> TorchNetwork::build(const engine::NetworkSpec& spec) {
  auto modules = std::make_unique<Modules>();
  modules->transform = spec.backbone.transform;
  modules->steps = spec.backbone.steps;
  for (const auto& step : spec.backbone.steps) {
    KENNEL_TRY(auto function,
               std::visit([&](const auto& op) { return make(op, spec.weights); }, step.operation));
    modules->functions.push_back(std::move(function));
  }
  for (const auto& layer : spec.layers) {
    KENNEL_TRY(auto function, make(layer, spec.weights));
    modules->functions.push_back(std::move(function));
  }
  return TorchNetwork(std::move(modules));
}

std::vector<float> TorchNetwork::run(std::span<const std::uint8_t> images, int count) {
  const torch::NoGradGuard no_gradients;
  const auto& [transform, steps, functions] = *modules_;
  const auto pixels = torch::from_blob(const_cast<std::uint8_t*>(images.data()),
                                       {count, transform.crop, transform.crop, 3}, torch::kUInt8);
  const auto planes = pixels.permute({0, 3, 1, 2}).to(torch::kFloat32);
  const auto image = (planes - per_channel(transform.mean)) / per_channel(transform.std);
  std::vector<torch::Tensor> values;
  for (std::size_t index = 0; index < functions.size(); ++index) {
    const bool from_image = index < steps.size() && steps[index].input == network::kImage;
    const auto input = index < steps.size() ? steps[index].input : static_cast<int>(index) - 1;
    values.push_back(
        functions[index](values, from_image ? image : values[static_cast<std::size_t>(input)]));
  }
  const auto output = values.back().contiguous();
  const float* data = output.data_ptr<float>();
  return {data, data + output.numel()};
}

}  // namespace kennel::train

#include "train/torch_tensors.h"

#include <cstring>
#include <string>

namespace kennel::train {
namespace {

using torch::optim::AdamParamState;
using torch::optim::AdamWParamState;
using torch::optim::SGDParamState;

template <class State>
void save_adam(const State& from, const std::string& prefix, network::StateDict& to) {
  to.set(prefix + "step", network::Tensor::from_int64s({1}, {from.step()}));
  to.set(prefix + "exp_avg", to_tensor(from.exp_avg()));
  to.set(prefix + "exp_avg_sq", to_tensor(from.exp_avg_sq()));
}

base::Result<torch::Tensor> load_like(const network::StateDict& state, const std::string& name,
                                      const torch::Tensor& parameter) {
  KENNEL_TRY(const auto tensor, state.get(name, parameter.sizes().vec()));
  return to_torch(tensor);
}

template <class State>
base::Result<std::unique_ptr<torch::optim::OptimizerParamState>> load_adam(
    const network::StateDict& state, const std::string& prefix, const torch::Tensor& parameter) {
  auto loaded = std::make_unique<State>();
  const network::Tensor* step = state.find(prefix + "step");
  if (step == nullptr || step->type != network::DType::kInt64 || step->bytes.size() != 8) {
    return base::fail(base::ErrorKind::kCorrupt, "the optimizer's step count is missing");
  }
  std::int64_t count = 0;
  std::memcpy(&count, step->bytes.data(), sizeof count);
  loaded->step(count);
  KENNEL_TRY(auto mean, load_like(state, prefix + "exp_avg", parameter));
  KENNEL_TRY(auto square, load_like(state, prefix + "exp_avg_sq", parameter));
  loaded->exp_avg(std::move(mean));
  loaded->exp_avg_sq(std::move(square));
  return loaded;
}

base::Result<std::unique_ptr<torch::optim::OptimizerParamState>> load_sgd(
    const network::StateDict& state, const std::string& prefix, const torch::Tensor& parameter) {
  auto loaded = std::make_unique<SGDParamState>();
  KENNEL_TRY(auto momentum, load_like(state, prefix + "momentum", parameter));
  loaded->momentum_buffer(std::move(momentum));
  return loaded;
}

}  // namespace

network::Tensor to_tensor(const torch::Tensor& tensor) {
  const auto values = tensor.detach().contiguous();
  const float* data = values.data_ptr<float>();
  return network::Tensor::from_floats(values.sizes().vec(), {data, data + values.numel()});
}

torch::Tensor to_torch(const network::Tensor& tensor) {
  auto values = torch::empty(tensor.shape, torch::kFloat32);
  std::ranges::copy(tensor.floats(), values.data_ptr<float>());
  return values;
}

network::StateDict save_optimizer(const torch::optim::Optimizer& optimizer,
                                  const std::vector<torch::Tensor>& parameters) {
  network::StateDict state;
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const auto found = optimizer.state().find(parameters[index].unsafeGetTensorImpl());
    if (found == optimizer.state().end()) continue;
    const std::string prefix = std::to_string(index) + ".";
    if (const auto* sgd = dynamic_cast<const SGDParamState*>(found->second.get())) {
      state.set(prefix + "momentum", to_tensor(sgd->momentum_buffer()));
    } else if (const auto* adam = dynamic_cast<const AdamParamState*>(found->second.get())) {
      save_adam(*adam, prefix, state);
    } else if (const auto* adamw = dynamic_cast<const AdamWParamState*>(found->second.get())) {
      save_adam(*adamw, prefix, state);
    }
  }
  return state;
}

base::Result<void> load_optimizer(const network::StateDict& state,
                                  torch::optim::Optimizer& optimizer,
                                  const std::vector<torch::Tensor>& parameters) {
  if (state.entries().empty()) return {};
  const bool is_sgd = dynamic_cast<torch::optim::SGD*>(&optimizer) != nullptr;
  const bool is_adam = dynamic_cast<torch::optim::Adam*>(&optimizer) != nullptr;
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const std::string prefix = std::to_string(index) + ".";
    const auto& parameter = parameters[index];
    auto loaded = is_sgd    ? load_sgd(state, prefix, parameter)
                  : is_adam ? load_adam<AdamParamState>(state, prefix, parameter)
                            : load_adam<AdamWParamState>(state, prefix, parameter);
    if (!loaded) return tl::unexpected(loaded.error());
    optimizer.state()[parameter.unsafeGetTensorImpl()] = *std::move(loaded);
  }
  return {};
}

}  // namespace kennel::train

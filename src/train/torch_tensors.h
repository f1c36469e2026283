// Between our tensors and libtorch's. Behind the wall.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "base/error.h"
#include "network/tensor.h"

namespace kennel::train {

// Copies of float32 values.
[[nodiscard]] network::Tensor to_tensor(const torch::Tensor& tensor);
[[nodiscard]] torch::Tensor to_torch(const network::Tensor& tensor);

// What an SGD, Adam or AdamW optimizer remembers, as "<parameter>.<what>"; empty before its first
// step.
[[nodiscard]] network::StateDict save_optimizer(const torch::optim::Optimizer& optimizer,
                                                const std::vector<torch::Tensor>& parameters);
// kCorrupt when a tensor has another shape than its parameter.
[[nodiscard]] base::Result<void> load_optimizer(const network::StateDict& state,
                                                torch::optim::Optimizer& optimizer,
                                                const std::vector<torch::Tensor>& parameters);

}  // namespace kennel::train

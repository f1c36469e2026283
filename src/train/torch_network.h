// A backbone as a libtorch module, from the same description that OpenVINO's graph is made of.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "engine/compiled_network.h"

namespace kennel::train {

// In inference mode, f32. One thread at a time.
class TorchNetwork {
 public:
  // kInvalid, by name, when the weights lack a tensor or have another shape.
  [[nodiscard]] static base::Result<TorchNetwork> build(const engine::NetworkSpec& spec);
  ~TorchNetwork();
  TorchNetwork(TorchNetwork&&) noexcept;

  // 8-bit RGB images [count, crop, crop, 3] to features or logits [count, width].
  [[nodiscard]] std::vector<float> run(std::span<const std::uint8_t> images, int count);

 private:
  struct Modules;
  explicit TorchNetwork(std::unique_ptr<Modules> modules);
  std::unique_ptr<Modules> modules_;
};

}  // namespace kennel::train

// Features of invented photos whose classes a head can tell apart.
#pragma once

#include <deque>
#include <vector>

#include "base/random.h"
#include "train/head_training.h"

namespace kennel::train {

// Owns its features; each class is a cloud around a point of its own.
class SeparableRows {
 public:
  SeparableRows(int classes, int per_class, int width, std::uint64_t seed) {
    base::Random centres(99);
    base::Random noise(seed);
    for (int label = 0; label < classes; ++label) {
      std::vector<float> centre;
      for (int at = 0; at < width; ++at) centre.push_back(static_cast<float>(centres.normal()));
      for (int row = 0; row < per_class; ++row) {
        std::vector<float> features = centre;
        for (float& value : features) value += static_cast<float>(0.3 * noise.normal());
        storage_.push_back(std::move(features));
        rows_.rows.emplace_back(storage_.back());
        rows_.labels.push_back(label);
      }
    }
  }
  [[nodiscard]] const LabelledRows& rows() const { return rows_; }

 private:
  std::deque<std::vector<float>> storage_;
  LabelledRows rows_;
};

inline bool same_tensors(const network::StateDict& left, const network::StateDict& right) {
  if (left.entries().size() != right.entries().size()) return false;
  for (const auto& [name, tensor] : left.entries()) {
    const network::Tensor* other = right.find(name);
    if (other == nullptr || !std::ranges::equal(tensor.bytes, other->bytes)) return false;
  }
  return true;
}

}  // namespace kennel::train

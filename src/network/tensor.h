// Named arrays: what weights are made of. Values copy cheaply: the bytes are shared, never changed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::network {

enum class DType {
  kFloat32,
  kFloat16,
  kBFloat16,
  kFloat64,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUInt8,
  kBool
};

[[nodiscard]] std::string_view to_name(DType type);
[[nodiscard]] std::size_t size_of(DType type);

// Dense, row-major, little-endian, aligned to its elements. No element count overflows: that of a
// foreign shape is checked where it is read.
struct Tensor {
  DType type = DType::kFloat32;
  std::vector<std::int64_t> shape;
  base::ByteView bytes;
  std::shared_ptr<const void> owner;  // keeps `bytes` alive

  [[nodiscard]] std::int64_t element_count() const;
  // The values of a float32 tensor.
  [[nodiscard]] std::span<const float> floats() const;

  [[nodiscard]] static Tensor from_floats(std::vector<std::int64_t> shape,
                                          std::vector<float> values);
  [[nodiscard]] static Tensor from_int64s(std::vector<std::int64_t> shape,
                                          std::vector<std::int64_t> values);
};

// Tensors under their names, in the order they were added; names are unique.
class StateDict {
 public:
  using Entry = std::pair<std::string, Tensor>;

  // Replaces a tensor of the same name.
  void set(std::string name, Tensor tensor);
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  // The tensor when it is there, float32 and of this shape; otherwise an error that says which
  // of the three it is not.
  [[nodiscard]] base::Result<Tensor> get(std::string_view name,
                                         std::span<const std::int64_t> shape) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of the names in `entries_`
};

}  // namespace kennel::network

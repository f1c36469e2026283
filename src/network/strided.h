// Tensors as views of a storage: position = offset + sum of index x stride, in elements, as PyTorch
// lays them out. What a file claims about a view is checked here before a byte is touched.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "network/tensor.h"

namespace kennel::network {

struct StridedLayout {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

// Elements of one type, whatever tensors may make of them.
struct Storage {
  DType type = DType::kFloat32;
  base::ByteView bytes;
  std::shared_ptr<const void> owner;
};

// The strides of a dense, row-major tensor. The shape's sides are not negative and their product
// fits, as `count_elements` checks.
[[nodiscard]] std::vector<std::int64_t> to_dense_strides(const std::vector<std::int64_t>& shape);

// kCorrupt when a side is negative or the product (zeros left out) does not fit.
[[nodiscard]] base::Result<std::int64_t> count_elements(const std::vector<std::int64_t>& shape);

// The storage itself, or a copy of it when its bytes are not aligned to its elements.
[[nodiscard]] Storage to_aligned(Storage storage);

// Bytes that may still be copied. A view may repeat elements (stride 0), so a file of a few bytes
// could otherwise ask for any amount of memory.
struct CopyBudget {
  std::uint64_t bytes_left;
};

// The tensor that a view shows: without a copy when it is dense. kCorrupt when it leaves its
// storage, kInvalid for negative offsets and strides, kTooLarge beyond the budget.
[[nodiscard]] base::Result<Tensor> to_tensor(const Storage& storage, const StridedLayout& layout,
                                             CopyBudget& budget);

}  // namespace kennel::network

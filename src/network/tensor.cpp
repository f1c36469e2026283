#include "network/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

struct DTypeFacts {
  DType type;
  std::string_view name;
  std::size_t size;
};

constexpr std::array kDTypes{
    DTypeFacts{DType::kFloat32, "float32", 4},   DTypeFacts{DType::kFloat16, "float16", 2},
    DTypeFacts{DType::kBFloat16, "bfloat16", 2}, DTypeFacts{DType::kFloat64, "float64", 8},
    DTypeFacts{DType::kInt64, "int64", 8},       DTypeFacts{DType::kInt32, "int32", 4},
    DTypeFacts{DType::kInt16, "int16", 2},       DTypeFacts{DType::kInt8, "int8", 1},
    DTypeFacts{DType::kUInt8, "uint8", 1},       DTypeFacts{DType::kBool, "bool", 1},
};

const DTypeFacts& facts_of(DType type) {
  const auto* const facts = std::ranges::find(kDTypes, type, &DTypeFacts::type);
  base::check(facts != kDTypes.end(), "every element type has its row");
  return *facts;
}

template <class T>
Tensor from_values(DType type, std::vector<std::int64_t> shape, std::vector<T> values) {
  auto owned = std::make_shared<const std::vector<T>>(std::move(values));
  const base::ByteView bytes{reinterpret_cast<const std::uint8_t*>(owned->data()),
                             owned->size() * sizeof(T)};
  Tensor tensor{type, std::move(shape), bytes, owned};
  base::check(tensor.element_count() == static_cast<std::int64_t>(owned->size()),
              "a tensor has as many values as its shape says");
  return tensor;
}

}  // namespace

std::string_view to_name(DType type) { return facts_of(type).name; }

std::size_t size_of(DType type) { return facts_of(type).size; }

std::int64_t Tensor::element_count() const {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  return count;
}

std::span<const float> Tensor::floats() const {
  base::check(type == DType::kFloat32, "only a float32 tensor has floats");
  base::check(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0,
              "a tensor's bytes are aligned to its elements");
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

Tensor Tensor::from_floats(std::vector<std::int64_t> shape, std::vector<float> values) {
  return from_values(DType::kFloat32, std::move(shape), std::move(values));
}

Tensor Tensor::from_int64s(std::vector<std::int64_t> shape, std::vector<std::int64_t> values) {
  return from_values(DType::kInt64, std::move(shape), std::move(values));
}

void StateDict::set(std::string name, Tensor tensor) {
  const auto [place, is_new] = places_.try_emplace(name, entries_.size());
  if (is_new) {
    entries_.emplace_back(std::move(name), std::move(tensor));
  } else {
    entries_[place->second].second = std::move(tensor);
  }
}

const Tensor* StateDict::find(std::string_view name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &entries_[place->second].second;
}

Result<Tensor> StateDict::get(std::string_view name, std::span<const std::int64_t> shape) const {
  const Tensor* tensor = find(name);
  if (tensor == nullptr) {
    return fail(ErrorKind::kNotFound, fmt::format("the weights hold no tensor '{}'", name));
  }
  if (tensor->type != DType::kFloat32) {
    return fail(ErrorKind::kInvalid, fmt::format("the tensor '{}' is {}; float32 is needed", name,
                                                 to_name(tensor->type)));
  }
  if (!std::ranges::equal(tensor->shape, shape)) {
    return fail(ErrorKind::kInvalid,
                fmt::format("the tensor '{}' has the shape [{}]; [{}] is needed", name,
                            fmt::join(tensor->shape, ", "), fmt::join(shape, ", ")));
  }
  return *tensor;
}

}  // namespace kennel::network

#include "network/strided.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::string describe(const StridedLayout& layout) {
  return fmt::format("a tensor of shape [{}], strides [{}], offset {}",
                     fmt::join(layout.shape, ", "), fmt::join(layout.strides, ", "), layout.offset);
}

bool is_negative(std::int64_t value) { return value < 0; }

Result<void> check_signs(const StridedLayout& layout) {
  if (layout.offset >= 0 && layout.shape.size() == layout.strides.size() &&
      std::ranges::none_of(layout.strides, is_negative)) {
    return {};
  }
  return fail(ErrorKind::kInvalid,
              describe(layout) + ": offset and strides must not be negative, one stride a side");
}

// Position of the last element; the shape has no side of zero.
Result<std::int64_t> last_position(const StridedLayout& layout) {
  std::int64_t last = layout.offset;
  for (std::size_t i = 0; i < layout.shape.size(); ++i) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(layout.shape[i] - 1, layout.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return fail(ErrorKind::kCorrupt, describe(layout) + ": beyond any storage");
    }
  }
  return last;
}

Result<void> check_within(const Storage& storage, const StridedLayout& layout) {
  const std::size_t element_count = storage.bytes.size() / size_of(storage.type);
  KENNEL_TRY(const std::int64_t last, last_position(layout));
  if (static_cast<std::uint64_t>(last) < element_count) return {};
  return fail(ErrorKind::kCorrupt, fmt::format("{}: outside its storage of {} elements",
                                               describe(layout), element_count));
}

// The stride of a side of one element is never used, so it may be anything.
bool is_dense(const StridedLayout& layout) {
  const auto dense = to_dense_strides(layout.shape);
  for (std::size_t i = 0; i < dense.size(); ++i) {
    if (layout.shape[i] > 1 && layout.strides[i] != dense[i]) return false;
  }
  return true;
}

// Moves `index` to the next element in row-major order, and `position` with it.
void advance(const StridedLayout& layout, std::vector<std::int64_t>& index,
             std::int64_t& position) {
  for (std::size_t side = index.size(); side-- > 0;) {
    if (layout.shape[side] == 1) continue;  // its stride was never checked
    position += layout.strides[side];
    if (++index[side] < layout.shape[side]) return;
    position -= layout.shape[side] * layout.strides[side];
    index[side] = 0;
  }
}

template <std::size_t kSize>
void gather(const StridedLayout& layout, const std::uint8_t* source, base::Bytes& target) {
  std::vector<std::int64_t> index(layout.shape.size(), 0);
  std::int64_t position = layout.offset;
  for (std::size_t at = 0; at < target.size(); at += kSize) {
    std::memcpy(target.data() + at, source + static_cast<std::size_t>(position) * kSize, kSize);
    advance(layout, index, position);
  }
}

base::Bytes gather(const Storage& storage, const StridedLayout& layout, std::size_t byte_count) {
  base::Bytes bytes(byte_count);
  switch (size_of(storage.type)) {
    case 1:
      gather<1>(layout, storage.bytes.data(), bytes);
      break;
    case 2:
      gather<2>(layout, storage.bytes.data(), bytes);
      break;
    case 4:
      gather<4>(layout, storage.bytes.data(), bytes);
      break;
    default:
      gather<8>(layout, storage.bytes.data(), bytes);
  }
  return bytes;
}

}  // namespace

std::vector<std::int64_t> to_dense_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

Result<std::int64_t> count_elements(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  std::int64_t product = 1;  // stays positive, so that strides fit even beside a side of zero
  constexpr std::int64_t kSizeMax = 8;
  for (const std::int64_t side : shape) {
    std::int64_t bytes = 0;
    if (side < 0 || __builtin_mul_overflow(product, std::max<std::int64_t>(side, 1), &product) ||
        __builtin_mul_overflow(product, kSizeMax, &bytes)) {
      return fail(ErrorKind::kCorrupt, fmt::format("a tensor of shape [{}]: no such tensor can be",
                                                   fmt::join(shape, ", ")));
    }
    count *= side;
  }
  return count;
}

Storage to_aligned(Storage storage) {
  if (reinterpret_cast<std::uintptr_t>(storage.bytes.data()) % size_of(storage.type) == 0) {
    return storage;
  }
  auto copy = std::make_shared<const base::Bytes>(storage.bytes.begin(), storage.bytes.end());
  return {storage.type, *copy, copy};
}

Result<Tensor> to_tensor(const Storage& storage, const StridedLayout& layout, CopyBudget& budget) {
  KENNEL_TRY(const std::int64_t count, count_elements(layout.shape));
  KENNEL_TRY_VOID(check_signs(layout));
  if (count == 0) return Tensor{storage.type, layout.shape, {}, nullptr};
  KENNEL_TRY_VOID(check_within(storage, layout));
  const std::size_t size = size_of(storage.type);
  const std::size_t byte_count = static_cast<std::size_t>(count) * size;
  if (is_dense(layout)) {
    const auto bytes = storage.bytes.subspan(static_cast<std::size_t>(layout.offset) * size);
    return Tensor{storage.type, layout.shape, bytes.first(byte_count), storage.owner};
  }
  if (byte_count > budget.bytes_left) {
    return fail(ErrorKind::kTooLarge,
                describe(layout) + ": the views of this file repeat more than the file holds");
  }
  budget.bytes_left -= byte_count;
  auto copy = std::make_shared<const base::Bytes>(gather(storage, layout, byte_count));
  return Tensor{storage.type, layout.shape, *copy, copy};
}

}  // namespace kennel::network

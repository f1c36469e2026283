#include <array>
#include <concepts>
#include <limits>
#include <utility>

#include "network/strided.h"
#include "network/weights_file.h"
#include "network/zip.h"

namespace kennel::network {
namespace {

constexpr std::array kStorageClasses{
    std::pair{DType::kFloat32, "FloatStorage"},     std::pair{DType::kFloat16, "HalfStorage"},
    std::pair{DType::kBFloat16, "BFloat16Storage"}, std::pair{DType::kFloat64, "DoubleStorage"},
    std::pair{DType::kInt64, "LongStorage"},        std::pair{DType::kInt32, "IntStorage"},
    std::pair{DType::kInt16, "ShortStorage"},       std::pair{DType::kInt8, "CharStorage"},
    std::pair{DType::kUInt8, "ByteStorage"},        std::pair{DType::kBool, "BoolStorage"},
};

std::string_view storage_class_of(DType type) {
  for (const auto& [known, name] : kStorageClasses) {
    if (known == type) return name;
  }
  base::check(false, "every element type has a storage class");
  return {};
}

// The instructions that a state dict needs, of protocol 2. No memo: the few names that repeat cost
// less than the code to share them.
class PickleWriter {
 public:
  PickleWriter() { put("\x80\x02"); }

  void put(std::string_view instructions) {
    bytes_.insert(bytes_.end(), instructions.begin(), instructions.end());
  }

  void put_global(std::string_view module, std::string_view name) {
    put("c");
    put(module);
    put("\n");
    put(name);
    put("\n");
  }

  void put_text(std::string_view text) {
    put("X");
    put_number(static_cast<std::uint32_t>(text.size()));
    put(text);
  }

  void put_integer(std::int64_t value) {
    if (value <= std::numeric_limits<std::int32_t>::max()) {
      put("J");
      put_number(static_cast<std::uint32_t>(value));
    } else {
      put("\x8a\x08");
      put_number(static_cast<std::uint64_t>(value));
    }
  }

  void put_integers(const std::vector<std::int64_t>& values) {
    put("(");
    for (const std::int64_t value : values) put_integer(value);
    put("t");
  }

  void put_ordered_dict() {
    put_global("collections", "OrderedDict");
    put(")R");
  }

  base::Bytes finish() {
    put(".");
    return std::move(bytes_);
  }

 private:
  template <std::unsigned_integral T>
  void put_number(T value) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof value);
  }

  base::Bytes bytes_;
};

// _rebuild_tensor_v2(('storage', class, key, 'cpu', count), 0, shape, strides, False,
// OrderedDict())
void put_tensor(PickleWriter& pickle, const Tensor& tensor, std::size_t key) {
  pickle.put_global("torch._utils", "_rebuild_tensor_v2");
  pickle.put("((");
  pickle.put_text("storage");
  pickle.put_global("torch", storage_class_of(tensor.type));
  pickle.put_text(std::to_string(key));
  pickle.put_text("cpu");
  pickle.put_integer(tensor.element_count());
  pickle.put("tQ");
  pickle.put_integer(0);
  pickle.put_integers(tensor.shape);
  pickle.put_integers(to_dense_strides(tensor.shape));
  pickle.put("\x89");
  pickle.put_ordered_dict();
  pickle.put("tR");
}

base::Bytes to_pickle(const StateDict& tensors) {
  PickleWriter pickle;
  pickle.put_ordered_dict();
  pickle.put("(");
  std::size_t key = 0;
  for (const auto& [name, tensor] : tensors.entries()) {
    pickle.put_text(name);
    put_tensor(pickle, tensor, key++);
  }
  pickle.put("u");
  return pickle.finish();
}

// More than the archive will have, little more when tensors are large.
std::size_t estimate_size(const StateDict& tensors, const base::Bytes& pickle) {
  constexpr std::size_t kMemberOverhead = 256;
  std::size_t size = pickle.size() + 4 * kMemberOverhead;
  for (const auto& [name, tensor] : tensors.entries()) {
    size += tensor.bytes.size() + kMemberOverhead;
  }
  return size;
}

}  // namespace

base::Bytes to_pth(const StateDict& tensors) {
  constexpr std::size_t kTensorsMax = 65'000;
  const base::Bytes pickle = to_pickle(tensors);
  const std::size_t size = estimate_size(tensors, pickle);
  base::check(size < 4 * base::kGiB && tensors.entries().size() <= kTensorsMax,
              "weights fit a zip archive without 64-bit records");
  ZipWriter archive(size);
  archive.add("weights/data.pkl", pickle);
  archive.add("weights/byteorder", base::as_bytes("little"));
  std::size_t key = 0;
  for (const auto& [name, tensor] : tensors.entries()) {
    archive.add("weights/data/" + std::to_string(key++), tensor.bytes);
  }
  archive.add("weights/version", base::as_bytes("3\n"));
  return archive.finish();
}

}  // namespace kennel::network

#include "network/pickle_calls.h"

#include <fmt/format.h>

#include <array>

#include "network/legible.h"

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// Also bounds what a shape that is used again and again can cost.
constexpr std::size_t kRankMax = 16;

struct Global {
  std::string_view module;
  std::string_view name;
  PickleValue value;
};

// The whole allow-list.
constexpr std::array kGlobals{
    Global{"collections", "OrderedDict", PickleCallable::kOrderedDict},
    Global{"torch._utils", "_rebuild_tensor_v2", PickleCallable::kRebuildTensor},
    Global{"torch._utils", "_rebuild_parameter", PickleCallable::kRebuildParameter},
    Global{"torch", "FloatStorage", StorageClass{DType::kFloat32}},
    Global{"torch", "HalfStorage", StorageClass{DType::kFloat16}},
    Global{"torch", "BFloat16Storage", StorageClass{DType::kBFloat16}},
    Global{"torch", "DoubleStorage", StorageClass{DType::kFloat64}},
    Global{"torch", "LongStorage", StorageClass{DType::kInt64}},
    Global{"torch", "IntStorage", StorageClass{DType::kInt32}},
    Global{"torch", "ShortStorage", StorageClass{DType::kInt16}},
    Global{"torch", "CharStorage", StorageClass{DType::kInt8}},
    Global{"torch", "ByteStorage", StorageClass{DType::kUInt8}},
    Global{"torch", "BoolStorage", StorageClass{DType::kBool}},
    Global{"torch.storage", "UntypedStorage", StorageClass{DType::kUInt8}},
};

template <class T>
Result<T> get_as(const PickleItems& items, std::size_t place, std::string_view wanted) {
  if (place < items.size()) {
    if (const T* value = std::get_if<T>(&items[place])) return *value;
  }
  const std::string_view found = place < items.size() ? describe(items[place]) : "nothing";
  return malformed(fmt::format("argument {} is {}, expected {}", place, found, wanted));
}

Result<std::vector<std::int64_t>> get_integers(const Pickle& pickle, const PickleItems& items,
                                               std::size_t place) {
  KENNEL_TRY(const TupleId tuple, get_as<TupleId>(items, place, "a tuple of integers"));
  const PickleItems& values = pickle.sequences[tuple.index];
  if (values.size() > kRankMax) {
    return fail(ErrorKind::kTooLarge,
                fmt::format("a tensor of {} dimensions, the limit is {}", values.size(), kRankMax));
  }
  std::vector<std::int64_t> integers;
  for (std::size_t i = 0; i < values.size(); ++i) {
    KENNEL_TRY(const std::int64_t value, get_as<std::int64_t>(values, i, "an integer"));
    integers.push_back(value);
  }
  return integers;
}

// Conjugate and negative views keep their values elsewhere than in their bytes.
bool is_absent(const Pickle& pickle, const PickleValue& metadata) {
  const auto* dict = std::get_if<DictId>(&metadata);
  return std::holds_alternative<PickleNone>(metadata) ||
         (dict != nullptr && pickle.dicts[dict->index].items.empty());
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None)
Result<PickleValue> rebuild_tensor(Pickle& pickle, const PickleItems& arguments) {
  if (arguments.size() < 6 || arguments.size() > 7) {
    return malformed(fmt::format("_rebuild_tensor_v2 with {} arguments", arguments.size()));
  }
  PickledTensor tensor{};
  KENNEL_TRY(tensor.storage, get_as<StorageId>(arguments, 0, "a storage"));
  KENNEL_TRY(tensor.offset, get_as<std::int64_t>(arguments, 1, "an integer"));
  KENNEL_TRY(tensor.shape, get_integers(pickle, arguments, 2));
  KENNEL_TRY(tensor.strides, get_integers(pickle, arguments, 3));
  if (arguments.size() == 7 && !is_absent(pickle, arguments[6])) {
    return refuse("the metadata of a tensor");
  }
  const auto index = static_cast<std::uint32_t>(pickle.tensors.size());
  pickle.tensors.push_back(std::move(tensor));
  return TensorId{index};
}

// OrderedDict(), or OrderedDict([[key, value], ...]) as Python 2 wrote it.
Result<PickleValue> make_ordered_dict(Pickle& pickle, const PickleItems& arguments) {
  PickledDict dict{.is_ordered_dict = true, .items = {}};
  if (arguments.size() > 1) return malformed("OrderedDict with more than one argument");
  if (!arguments.empty()) {
    KENNEL_TRY(const ListId pairs, get_as<ListId>(arguments, 0, "a list of pairs"));
    for (const PickleValue& pair : pickle.sequences[pairs.index]) {
      const auto* list = std::get_if<ListId>(&pair);
      if (list == nullptr || pickle.sequences[list->index].size() != 2) {
        return malformed("OrderedDict of something else than pairs");
      }
      const PickleItems& items = pickle.sequences[list->index];
      dict.items.emplace_back(items[0], items[1]);
    }
  }
  const auto index = static_cast<std::uint32_t>(pickle.dicts.size());
  pickle.dicts.push_back(std::move(dict));
  return DictId{index};
}

}  // namespace

tl::unexpected<base::Error> refuse(std::string_view what) {
  return fail(ErrorKind::kInvalid,
              fmt::format("refused {}: a weights file may hold tensors and containers only", what));
}

tl::unexpected<base::Error> malformed(std::string_view what) {
  return fail(ErrorKind::kCorrupt, fmt::format("malformed pickle: {}", what));
}

Result<PickleValue> get_global(std::string_view module, std::string_view name) {
  for (const Global& global : kGlobals) {
    if (global.module == module && global.name == name) return global.value;
  }
  return refuse(legible(fmt::format("{}.{}", module, name)));
}

Result<PickleValue> call(Pickle& pickle, PickleCallable callable, const PickleItems& arguments) {
  switch (callable) {
    case PickleCallable::kOrderedDict:
      return make_ordered_dict(pickle, arguments);
    case PickleCallable::kRebuildTensor:
      return rebuild_tensor(pickle, arguments);
    case PickleCallable::kRebuildParameter: {
      KENNEL_TRY(const TensorId tensor, get_as<TensorId>(arguments, 0, "a tensor"));
      return tensor;
    }
  }
  return refuse("an unknown call");
}

Result<PickledStorage> to_storage(const PickleItems& persistent_id) {
  KENNEL_TRY(const auto kind, get_as<std::string_view>(persistent_id, 0, "'storage'"));
  if (kind != "storage") return refuse(fmt::format("the persistent id '{}'", legible(kind)));
  KENNEL_TRY(const auto type, get_as<StorageClass>(persistent_id, 1, "a storage class"));
  KENNEL_TRY(const auto key, get_as<std::string_view>(persistent_id, 2, "a storage's key"));
  KENNEL_TRY(const auto count, get_as<std::int64_t>(persistent_id, 4, "an element count"));
  constexpr std::int64_t kCountMax = std::int64_t{1} << 48;
  if (count < 0 || count > kCountMax) {
    return fail(ErrorKind::kCorrupt,
                fmt::format("the storage '{}' has {} elements", legible(key), count));
  }
  // Before PyTorch 0.4 a storage could be a view of another.
  if (persistent_id.size() > 5 && !std::holds_alternative<PickleNone>(persistent_id[5])) {
    return refuse(fmt::format("the storage '{}', a view of another", legible(key)));
  }
  return PickledStorage{type.type, key, static_cast<std::uint64_t>(count)};
}

}  // namespace kennel::network

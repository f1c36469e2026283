// A pickle is a program for a small stack machine, and Python's own reader runs whatever it asks
// for. This reader knows the few instructions and the three callables that a state dict needs,
// builds plain values from them, and refuses everything else by name. Nothing is ever executed.
//
// The machine and its instructions: Lib/pickletools.py of CPython. The callables: torch/_utils.py.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "network/tensor.h"

namespace kennel::network {

// Containers lie in tables of the Pickle and values name them by index, so that a pickle which
// puts a list into itself, or nests a million of them, costs no recursion and leaks nothing.
struct PickleNone {};
struct TupleId {
  std::uint32_t index;
};
struct ListId {
  std::uint32_t index;
};
struct DictId {
  std::uint32_t index;
};
struct StorageId {
  std::uint32_t index;
};
struct TensorId {
  std::uint32_t index;
};

// torch.FloatStorage and the like; UntypedStorage counts bytes.
struct StorageClass {
  DType type;
};
enum class PickleCallable { kOrderedDict, kRebuildTensor, kRebuildParameter };

// Text and bytes point into the pickle.
using PickleValue =
    std::variant<PickleNone, bool, std::int64_t, double, std::string_view, base::ByteView, TupleId,
                 ListId, DictId, StorageId, TensorId, StorageClass, PickleCallable>;

using PickleItems = std::vector<PickleValue>;

struct PickledDict {
  bool is_ordered_dict = false;
  std::vector<std::pair<PickleValue, PickleValue>> items;  // a later item of a key replaces it
};

// Bytes that lie elsewhere in the file, under this key.
struct PickledStorage {
  DType type;
  std::string_view key;
  std::uint64_t element_count;
};

// A view of a storage, in elements, as the file claims it: unchecked.
struct PickledTensor {
  StorageId storage;
  std::int64_t offset;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

struct Pickle {
  PickleValue root;
  std::size_t byte_count = 0;  // up to and with STOP

  std::vector<PickleItems> sequences;  // of TupleId and ListId
  std::vector<PickledDict> dicts;
  std::vector<PickledStorage> storages;  // one a key
  std::vector<PickledTensor> tensors;
};

// Reads one pickle of protocol 2 to 5 from the start of `bytes`, which must outlive it. Errors:
// kInvalid (refused, with the name), kCorrupt (truncated, not a pickle), kTooLarge.
[[nodiscard]] base::Result<Pickle> load_pickle(base::ByteView bytes);

// "a list", "an integer", ...: for messages.
[[nodiscard]] std::string_view describe(const PickleValue& value);

}  // namespace kennel::network

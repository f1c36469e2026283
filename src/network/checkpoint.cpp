#include "network/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "network/legible.h"

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::array<std::string_view, 3> kWrappers{"state_dict", "model_state_dict", "model"};
constexpr std::string_view kParallelPrefix = "module.";

// Makes tensors of a pickle's views; keeps the storages it has met.
class TensorBinder {
 public:
  TensorBinder(const Pickle& pickle, const StorageSource& find_storage,
               std::uint64_t copy_bytes_max)
      : pickle_(pickle),
        find_storage_(find_storage),
        budget_{copy_bytes_max},
        storages_(pickle.storages.size()) {}

  Result<Tensor> bind(TensorId id) {
    const PickledTensor& view = pickle_.tensors[id.index];
    std::optional<Storage>& storage = storages_[view.storage.index];
    if (!storage) {
      KENNEL_TRY(Storage found, find_storage_(pickle_.storages[view.storage.index]));
      storage = to_aligned(std::move(found));
    }
    return to_tensor(*storage, {view.offset, view.shape, view.strides}, budget_);
  }

 private:
  const Pickle& pickle_;
  const StorageSource& find_storage_;
  CopyBudget budget_;
  std::vector<std::optional<Storage>> storages_;
};

bool is_tensor(const std::pair<PickleValue, PickleValue>& item) {
  return std::holds_alternative<TensorId>(item.second);
}

const PickledDict* find_dict(const Pickle& pickle, const PickledDict& dict, std::string_view key) {
  for (const auto& [name, value] : dict.items) {
    const auto* text = std::get_if<std::string_view>(&name);
    const auto* inner = std::get_if<DictId>(&value);
    if (text != nullptr && inner != nullptr && *text == key) return &pickle.dicts[inner->index];
  }
  return nullptr;
}

// Checkpoints keep the epoch and the optimizer beside the weights, and sometimes a tensor (the best
// accuracy, say): so the known wrappers come first.
const PickledDict& unwrap(const Pickle& pickle, const PickledDict& root) {
  for (const std::string_view key : kWrappers) {
    const PickledDict* inner = find_dict(pickle, root, key);
    if (inner != nullptr && std::ranges::any_of(inner->items, is_tensor)) return *inner;
  }
  return root;
}

Result<StateDict::Entry> to_entry(TensorBinder& binder, const PickleValue& key,
                                  const PickleValue& value) {
  const auto* name = std::get_if<std::string_view>(&key);
  if (name == nullptr) {
    return fail(
        ErrorKind::kInvalid,
        fmt::format("the weights have {} for a name; a state dict has text", describe(key)));
  }
  const auto* id = std::get_if<TensorId>(&value);
  if (id == nullptr) {
    return fail(ErrorKind::kInvalid,
                fmt::format("'{}' is {}, not a tensor; save the model's state_dict() alone",
                            legible(*name), describe(value)));
  }
  auto tensor = binder.bind(*id);
  if (!tensor) return base::fail_in(legible(*name), tensor.error());
  return StateDict::Entry{std::string(*name), *std::move(tensor)};
}

bool is_parallel(const StateDict::Entry& entry) {
  return entry.first.starts_with(kParallelPrefix) && entry.first.size() > kParallelPrefix.size();
}

}  // namespace

Result<StateDict> to_state_dict(const Pickle& pickle, const StorageSource& find_storage,
                                std::uint64_t copy_bytes_max) {
  const auto* root = std::get_if<DictId>(&pickle.root);
  if (root == nullptr) {
    return fail(ErrorKind::kInvalid, fmt::format("it holds {}, not a dict of tensors; save the "
                                                 "model's state_dict()",
                                                 describe(pickle.root)));
  }
  TensorBinder binder(pickle, find_storage, copy_bytes_max);
  std::vector<StateDict::Entry> entries;
  for (const auto& [key, value] : unwrap(pickle, pickle.dicts[root->index]).items) {
    KENNEL_TRY(auto entry, to_entry(binder, key, value));
    entries.push_back(std::move(entry));
  }
  return with_plain_names(std::move(entries));
}

Result<StateDict> with_plain_names(std::vector<StateDict::Entry> entries) {
  if (entries.empty()) return fail(ErrorKind::kInvalid, "it holds no tensors");
  const bool drop_prefix = std::ranges::all_of(entries, is_parallel);
  StateDict tensors;
  for (auto& [name, tensor] : entries) {
    if (!is_plain_utf8(name)) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("the tensor name '{}' is not plain UTF-8", legible(name)));
    }
    tensors.set(drop_prefix ? name.substr(kParallelPrefix.size()) : name, std::move(tensor));
  }
  return tensors;
}

}  // namespace kennel::network

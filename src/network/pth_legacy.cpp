#include "network/pth_legacy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "network/byte_reader.h"
#include "network/checkpoint.h"
#include "network/legible.h"
#include "network/pickle.h"
#include "network/pickle_calls.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;

// LONG1 of ten bytes, STOP. PROTO and its version come before, and in protocol 4 a frame.
constexpr std::array<std::uint8_t, 13> kMagic{0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                              0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
constexpr std::array<std::size_t, 2> kMagicPlaces{2, 11};
constexpr std::int64_t kProtocol = 1001;

using StorageBytes = std::map<std::string_view, ByteView>;

// The bytes after the magic number; empty when it is not there.
ByteView after_magic(ByteView bytes) {
  for (const std::size_t place : kMagicPlaces) {
    if (bytes.size() < place + kMagic.size() || bytes[0] != 0x80) continue;
    if (std::ranges::equal(bytes.subspan(place, kMagic.size()), kMagic)) {
      return bytes.subspan(place + kMagic.size());
    }
  }
  return {};
}

Result<Pickle> load_next(ByteView& bytes) {
  KENNEL_TRY(Pickle pickle, load_pickle(bytes));
  bytes = bytes.subspan(pickle.byte_count);
  return pickle;
}

Result<void> check_protocol(const Pickle& pickle) {
  const auto* version = std::get_if<std::int64_t>(&pickle.root);
  if (version != nullptr && *version == kProtocol) return {};
  return fail(ErrorKind::kInvalid, "an old .pth file of an unknown version; 1001 is known");
}

Result<void> check_little_endian(const Pickle& facts) {
  const auto* root = std::get_if<DictId>(&facts.root);
  if (root == nullptr) return malformed("the facts about its system are no dict");
  for (const auto& [key, value] : facts.dicts[root->index].items) {
    const auto* name = std::get_if<std::string_view>(&key);
    const auto* holds = std::get_if<bool>(&value);
    if (name != nullptr && *name == "little_endian" && (holds == nullptr || !*holds)) {
      return fail(ErrorKind::kInvalid, "big-endian weights: save them on a little-endian machine");
    }
  }
  return {};
}

Result<std::vector<std::string_view>> get_keys(const Pickle& pickle) {
  const auto* root = std::get_if<ListId>(&pickle.root);
  if (root == nullptr) return malformed("the keys of its storages are no list");
  std::vector<std::string_view> keys;
  for (const PickleValue& value : pickle.sequences[root->index]) {
    const auto* key = std::get_if<std::string_view>(&value);
    if (key == nullptr) return malformed("the key of a storage is no text");
    keys.push_back(*key);
  }
  return keys;
}

// The file lists its storages by key only; their element types stand in the object.
Result<StorageBytes> read_storages(ByteView bytes, const std::vector<std::string_view>& keys,
                                   const Pickle& object) {
  std::map<std::string_view, DType> types;
  for (const PickledStorage& storage : object.storages) types.emplace(storage.key, storage.type);
  StorageBytes storages;
  ByteReader reader(bytes);
  for (const std::string_view key : keys) {
    const auto type = types.find(key);
    if (type == types.end()) {
      return malformed(fmt::format("no tensor uses the storage '{}'", legible(key)));
    }
    KENNEL_TRY(const auto count, reader.number<std::uint64_t>());
    const std::size_t size = size_of(type->second);
    if (count > reader.remaining() / size) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("truncated: the storage '{}' has {} elements, {} bytes are left",
                              legible(key), count, reader.remaining()));
    }
    KENNEL_TRY(storages[key], reader.take(count * size));
  }
  return storages;
}

StorageSource to_source(StorageBytes storages, std::shared_ptr<const void> owner) {
  return [storages = std::move(storages),
          owner = std::move(owner)](const PickledStorage& storage) -> Result<Storage> {
    const auto found = storages.find(storage.key);
    if (found == storages.end() ||
        found->second.size() / size_of(storage.type) != storage.element_count) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("the storage '{}' of {} elements is not in the file",
                              legible(storage.key), storage.element_count));
    }
    return Storage{storage.type, found->second, owner};
  };
}

}  // namespace

bool is_legacy_pth(ByteView bytes) { return !after_magic(bytes).empty(); }

Result<StateDict> parse_legacy_pth(ByteView bytes, std::shared_ptr<const void> owner) {
  ByteView rest = after_magic(bytes);
  KENNEL_TRY(const Pickle protocol, load_next(rest));
  KENNEL_TRY_VOID(check_protocol(protocol));
  KENNEL_TRY(const Pickle facts, load_next(rest));
  KENNEL_TRY_VOID(check_little_endian(facts));
  KENNEL_TRY(const Pickle object, load_next(rest));
  KENNEL_TRY(const Pickle key_list, load_next(rest));
  KENNEL_TRY(const auto keys, get_keys(key_list));
  KENNEL_TRY(auto storages, read_storages(rest, keys, object));
  return to_state_dict(object, to_source(std::move(storages), std::move(owner)), bytes.size());
}

}  // namespace kennel::network

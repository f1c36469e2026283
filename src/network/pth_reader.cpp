// The zip `.pth` of PyTorch since 1.6, all members under one folder:
//   NAME/data.pkl   the object; its storages by key
//   NAME/data/KEY   the bytes of a storage
//   NAME/byteorder  "little" or "big"; older files lack it, and are little-endian
#include <fmt/format.h>

#include "network/checkpoint.h"
#include "network/legible.h"
#include "network/pickle.h"
#include "network/pth_legacy.h"
#include "network/weights_file.h"
#include "network/zip.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::string_view kObjectName = "/data.pkl";

// "NAME/": the folder of the one object in the archive.
Result<std::string> find_folder(const ZipMembers& members) {
  std::string folder;
  for (const auto& [name, member] : members) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(slash) != kObjectName) continue;
    if (!folder.empty()) return fail(ErrorKind::kInvalid, "two objects in one .pth file");
    folder = name.substr(0, slash + 1);
  }
  if (folder.empty()) {
    return fail(ErrorKind::kInvalid,
                "a zip archive, but not one of PyTorch: there is no NAME/data.pkl in it");
  }
  return folder;
}

Result<void> refuse_torchscript(const ZipMembers& members, const std::string& folder) {
  if (!members.contains(folder + "constants.pkl")) return {};
  return fail(ErrorKind::kInvalid,
              "a TorchScript archive, which is a program; save the model's state_dict instead: "
              "torch.save(model.state_dict(), \"weights.pth\")");
}

Result<void> check_little_endian(const ZipMembers& members, const std::string& folder) {
  const std::string name = folder + "byteorder";
  if (!members.contains(name)) return {};
  KENNEL_TRY(const ByteView order, get_intact(members, name));
  if (base::as_text(order) == "little") return {};
  return fail(ErrorKind::kInvalid,
              fmt::format("weights of byte order '{}': save them on a little-endian machine",
                          legible(base::as_text(order))));
}

StorageSource to_source(const ZipMembers& members, const std::string& folder,
                        std::shared_ptr<const void> owner) {
  return [&members, folder,
          owner = std::move(owner)](const PickledStorage& storage) -> Result<Storage> {
    const std::string name = fmt::format("{}data/{}", folder, storage.key);
    KENNEL_TRY(const ByteView bytes, get_intact(members, name));
    if (bytes.size() != storage.element_count * size_of(storage.type)) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("'{}' has {} bytes, {} elements of {} are needed", legible(name),
                              bytes.size(), storage.element_count, to_name(storage.type)));
    }
    return Storage{storage.type, bytes, owner};
  };
}

}  // namespace

Result<StateDict> parse_pth(ByteView bytes, std::shared_ptr<const void> owner) {
  if (is_legacy_pth(bytes)) return parse_legacy_pth(bytes, std::move(owner));
  KENNEL_TRY(const ZipMembers members, read_zip(bytes));
  KENNEL_TRY(const std::string folder, find_folder(members));
  KENNEL_TRY_VOID(refuse_torchscript(members, folder));
  KENNEL_TRY_VOID(check_little_endian(members, folder));
  KENNEL_TRY(const ByteView object, get_intact(members, folder + "data.pkl"));
  KENNEL_TRY(const Pickle pickle, load_pickle(object));
  return to_state_dict(pickle, to_source(members, folder, std::move(owner)), bytes.size());
}

}  // namespace kennel::network

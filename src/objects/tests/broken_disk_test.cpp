// The disk fails at every single operation in its turn, and then the power goes: what was
// acknowledged is there, and nothing else is.
#include <gmock/gmock.h>

#include <map>

#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::IsEmpty;

struct Given {
  store::Records& records;
  base::Disk& disk;
  base::Path folder = "/store";
};

class BrokenDisk : public testing::Test {
 protected:
  // What a client would believe afterwards: the content of each key.
  using Believed = std::map<std::string, std::string>;

  // False where the disk broke.
  template <class Act>
  static bool survives(const Act& act) {
    try {
      EXPECT_TRUE(act());
      return true;
    } catch (const base::DiskError&) {
      return false;
    }
  }

  static void put(ObjectStore<Given>& store, Believed& believed, const std::string& key,
                  const std::string& text) {
    if (survives([&] { return store.put(key, text).has_value(); })) believed[key] = text;
  }

  static void upload(ObjectStore<Given>& store, Believed& believed) {
    const Upload upload = store.begin_upload("u");
    if (!survives([&] { return store.put_part(upload, 1, "part").has_value(); })) return;
    if (!survives([&] { return store.put_part(upload, 1, "again").has_value(); })) return;
    if (survives([&] { return store.complete(upload).has_value(); })) believed["u"] = "again";
  }

  static void remove(ObjectStore<Given>& store, Believed& believed, const std::string& key) {
    if (survives([&] { return store.remove(key).has_value(); })) believed.erase(key);
  }

  static Believed live(ObjectStore<Given>& store) {
    Believed believed;
    put(store, believed, "a", "woof");
    put(store, believed, "b", "woof");
    put(store, believed, "a", "growl");
    upload(store, believed);
    remove(store, believed, "b");
    (void)survives([&] { return store.blobs.collect().blobs < 10; });
    put(store, believed, "c", "woof");
    put(store, believed, "u", "over it");
    (void)survives([&] { return store.blobs.collect().blobs < 10; });
    return believed;
  }
};

TEST_F(BrokenDisk, LosesNothingThatWasAcknowledged) {
  Believed believed;
  std::uint64_t operation = 0;
  for (bool broke = true; broke; ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    base::MemoryDisk disk;
    store::MemoryRecords records;
    believed.clear();
    base::FaultyDisk faulty(disk, operation, EIO);
    std::optional<ObjectStore<Given>> store;
    if (survives([&] { return &store.emplace(records, faulty); })) believed = live(*store);
    store.reset();
    broke = faulty.operations() > operation;
    disk.lose_power();
    ObjectStore<Given> after(records, disk);
    after.blobs.remove_orphans(after.blobs.blob_files());
    Believed found;
    for (const ListedVersion& listed : after.versions()) {
      found[listed.version.key] = after.read(listed.version.key).value_or("unreadable");
    }
    EXPECT_EQ(found, believed);
    after.remove_everything();
    EXPECT_THAT(after.leftovers(), IsEmpty());
  }
  EXPECT_GT(operation, 40U);
  EXPECT_EQ(believed, (Believed{{"a", "growl"}, {"c", "woof"}, {"u", "over it"}}));
}

}  // namespace
}  // namespace kennel::objects

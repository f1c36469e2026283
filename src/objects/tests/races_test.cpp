// What a reader sees where a version moves between two of its reads, and other things that happen
// in between.
#include <gmock/gmock.h>

#include "objects/tests/interrupted_records.h"
#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;

struct Interrupted {
  base::Path folder = "/store";
  base::MemoryDisk disk;
  InterruptedRecords records;
};

class Races : public testing::Test {
 protected:
  Races() { store_.set_versioning(Versioning::kEnabled); }
  std::string put(const std::string& text) { return store_.put("rex", text)->shown_id(); }
  void interrupt(const char* collection, int reads, std::function<void()> what) {
    store_.place.records.interrupt(collection, reads, std::move(what));
  }

  ObjectStore<Interrupted> store_;
};

TEST_F(Races, FindAVersionThatBecomesTheObject) {
  const std::string one = put("one");
  const std::string two = put("two");
  interrupt(kVersions, 0, [&] { EXPECT_TRUE(store_.remove("rex", two)); });
  EXPECT_EQ(store_.read("rex", one).value(), "one");
}

TEST_F(Races, FindANullVersionThatBecomesTheObject) {
  store_.set_versioning(Versioning::kSuspended);
  (void)put("null");
  store_.set_versioning(Versioning::kEnabled);
  const std::string two = put("two");
  interrupt(kVersions, 0, [&] { EXPECT_TRUE(store_.remove("rex", two)); });
  EXPECT_EQ(store_.read("rex", "null").value(), "null");
}

TEST_F(Races, TakeNoVersionForAMarker) {
  interrupt(kVersions, 0, [&] {
    (void)put("one");
    (void)put("two");
  });
  EXPECT_EQ(store_.read("rex").value(), "two");
}

TEST_F(Races, OpenWhatReplacedWhatWasFound) {
  (void)put("one");
  store_.set_versioning(Versioning::kSuspended);
  (void)put("two");
  interrupt("blobs", 0, [&] {
    (void)put("three");
    EXPECT_EQ(store_.blobs.collect().blobs, 0U);  // it is being read
  });
  EXPECT_EQ(store_.read("rex").value(), "two");
  interrupt(kObjects, 1, [&] {
    (void)put("four");
    EXPECT_GT(store_.blobs.collect().blobs, 0U);
  });
  EXPECT_EQ(store_.read("rex").value(), "four");
}

TEST_F(Races, ListAVersionOnceThatMovesAside) {
  const std::string one = put("one");
  std::string two;
  interrupt(kVersions, 0, [&] { two = put("two"); });
  std::vector<std::string> ids;
  for (const ListedVersion& listed : store_.versions()) ids.push_back(listed.version.shown_id());
  EXPECT_THAT(ids, ElementsAre(one));
}

TEST_F(Races, CopyWhatIsRemovedMeanwhile) {
  store_.set_versioning(Versioning::kSuspended);
  (void)put("woof");
  interrupt(kBuckets, 0, [&] {
    EXPECT_TRUE(store_.remove("rex", "null"));
    EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  });
  ASSERT_TRUE(store_.copy("rex", {}, "copy"));
  (void)store_.blobs.collect();
  EXPECT_EQ(store_.read("copy").value(), "woof");
}

TEST_F(Races, PutIntoABucketWhoseVersioningChanges) {
  (void)put("one");
  interrupt(kObjects, 0, [&] { store_.set_versioning(Versioning::kSuspended); });
  EXPECT_EQ(put("two"), "null");
  EXPECT_THAT(store_.history("rex"), ElementsAre("two null latest", "one"));
}

TEST_F(Races, RemoveABucketWhoseVersioningChanges) {
  interrupt(kSettings, 0, [&] { store_.set_versioning(Versioning::kSuspended); });
  EXPECT_TRUE(store_.buckets.remove("dogs"));
}

TEST_F(Races, LeaveNoSettingOfABucketThatIsGone) {
  interrupt(kSettings, 0, [&] { EXPECT_TRUE(store_.buckets.put_setting("dogs", "policy", "{}")); });
  EXPECT_TRUE(store_.buckets.remove("dogs"));
  EXPECT_THAT(store_.place.records.scan(kSettings, {}), testing::IsEmpty());
}

TEST_F(Races, CollectNothingThatIsHeldAgainMeanwhile) {
  store_.set_versioning(Versioning::kSuspended);
  (void)put("woof");
  ASSERT_TRUE(store_.remove("rex", "null"));
  interrupt("blob_holders", 0, [&] { (void)put("woof"); });
  EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  EXPECT_EQ(store_.read("rex").value(), "woof");
  ASSERT_TRUE(store_.remove("rex", "null"));
  interrupt("blobs", 0, [&] { (void)put("woof"); });
  EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  EXPECT_EQ(store_.read("rex").value(), "woof");
}

TEST_F(Races, PutWhatIsCollectedMeanwhile) {
  store_.set_versioning(Versioning::kSuspended);
  (void)put("woof");
  ASSERT_TRUE(store_.remove("rex", "null"));
  auto staged = store_.draft("rex", "woof");
  // Between finding the blob and reading it, to see whether it is sound.
  interrupt("blobs", 0, [&] { EXPECT_EQ(store_.blobs.collect().blobs, 1U); });
  ASSERT_TRUE(store_.objects.put(std::move(staged), {}, store_.now));
  EXPECT_EQ(store_.read("rex").value(), "woof");
}

}  // namespace
}  // namespace kennel::objects

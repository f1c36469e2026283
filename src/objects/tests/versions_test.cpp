// What becomes of a key's versions, in a bucket whose versioning is turned on, suspended, and
// turned on again.
#include <gmock/gmock.h>

#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Versions : public testing::Test {
 protected:
  // By its place in the history.
  std::string id_at(std::size_t place) { return store_.versions("rex")[place].version.shown_id(); }
  void put(const std::string& text) { ASSERT_TRUE(store_.put("rex", text)); }
  void remove() { ASSERT_TRUE(store_.remove("rex")); }
  void remove_at(std::size_t place) { ASSERT_TRUE(store_.remove("rex", id_at(place))->found); }
  std::vector<std::string> history() { return store_.history("rex"); }
  void TearDown() override {
    store_.remove_everything();
    EXPECT_THAT(store_.leftovers(), IsEmpty());
  }

  ObjectStore<> store_;
};

TEST_F(Versions, AreKeptWhereVersioningIsOn) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  put("two");
  put("three");
  EXPECT_THAT(history(), ElementsAre("three latest", "two", "one"));
  EXPECT_EQ(store_.read("rex").value(), "three");
}

TEST_F(Versions, KeepTheNullVersionFromBefore) {
  put("old");
  store_.set_versioning(Versioning::kEnabled);
  EXPECT_THAT(history(), ElementsAre("old null latest"));
  put("new");
  EXPECT_THAT(history(), ElementsAre("new latest", "old null"));
  EXPECT_EQ(store_.read("rex", "null").value(), "old");
}

TEST_F(Versions, ReplaceTheNullVersionWhereVersioningIsSuspended) {
  put("old");
  store_.set_versioning(Versioning::kEnabled);
  put("kept");
  store_.set_versioning(Versioning::kSuspended);
  put("new");
  EXPECT_THAT(history(), ElementsAre("new null latest", "kept"));
  put("newer");
  EXPECT_THAT(history(), ElementsAre("newer null latest", "kept"));
}

TEST_F(Versions, TakeTheNullVersionAlongWhenVersioningIsOnAgain) {
  store_.set_versioning(Versioning::kSuspended);
  put("null one");
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  store_.set_versioning(Versioning::kSuspended);
  put("null two");
  store_.set_versioning(Versioning::kEnabled);
  put("two");
  EXPECT_THAT(history(), ElementsAre("two latest", "null two null", "one"));
}

TEST_F(Versions, HideUnderAMarker) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  const auto removed = store_.remove("rex");
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->marker);
  EXPECT_EQ(removed->version_id, id_at(0));
  EXPECT_THAT(history(), ElementsAre("marker latest", "one"));
  const auto got = store_.objects.get("dogs", "rex");
  EXPECT_EQ(got.error().problem, Problem::kNoSuchKey);
  EXPECT_EQ(got.error().version_id, removed->version_id);
  EXPECT_EQ(store_.read("rex", removed->version_id).error().problem, Problem::kIsDeleteMarker);
  EXPECT_EQ(store_.read("rex", id_at(1)).value(), "one");
}

TEST_F(Versions, ComeBackWhenTheMarkerGoes) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  remove();
  remove();
  EXPECT_THAT(history(), ElementsAre("marker latest", "marker", "one"));
  remove_at(1);
  EXPECT_THAT(history(), ElementsAre("marker latest", "one"));
  const auto removed = store_.remove("rex", id_at(0));
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->marker);
  EXPECT_THAT(history(), ElementsAre("one latest"));
  EXPECT_EQ(store_.read("rex").value(), "one");
}

TEST_F(Versions, MarkEvenAKeyThatNeverWas) {
  store_.set_versioning(Versioning::kEnabled);
  remove();
  EXPECT_THAT(history(), ElementsAre("marker latest"));
  remove_at(0);
  EXPECT_THAT(history(), IsEmpty());
}

TEST_F(Versions, HaveOneNullMarkerWhereVersioningIsSuspended) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  store_.set_versioning(Versioning::kSuspended);
  EXPECT_EQ(store_.remove("rex")->version_id, "null");
  EXPECT_THAT(history(), ElementsAre("marker null latest", "one"));
  remove();
  EXPECT_THAT(history(), ElementsAre("marker null latest", "one"));
  EXPECT_EQ(store_.read("rex", "null").error().problem, Problem::kIsDeleteMarker);
  put("two");
  EXPECT_THAT(history(), ElementsAre("two null latest", "one"));
  remove();
  EXPECT_THAT(history(), ElementsAre("marker null latest", "one"));
}

TEST_F(Versions, LoseANullVersionAsideToANullMarker) {
  put("old");
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  store_.set_versioning(Versioning::kSuspended);
  remove();
  EXPECT_THAT(history(), ElementsAre("marker null latest", "one"));
}

TEST_F(Versions, MakeTheOneBeforeTheLatestWhenTheLatestGoes) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  put("two");
  put("three");
  remove_at(0);
  EXPECT_THAT(history(), ElementsAre("two latest", "one"));
  EXPECT_EQ(store_.read("rex").value(), "two");
  remove_at(1);
  EXPECT_THAT(history(), ElementsAre("two latest"));
  remove_at(0);
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
}

TEST_F(Versions, LetAMarkerBecomeTheLatest) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  remove();
  put("two");
  EXPECT_THAT(history(), ElementsAre("two latest", "marker", "one"));
  remove_at(0);
  EXPECT_THAT(history(), ElementsAre("marker latest", "one"));
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
}

TEST_F(Versions, AreRemovedByTheNameNull) {
  put("old");
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  const auto removed = store_.remove("rex", "null");
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->found);
  EXPECT_EQ(removed->version_id, "null");
  EXPECT_THAT(history(), ElementsAre("one latest"));
  EXPECT_FALSE(store_.remove("rex", "null")->found);
  EXPECT_FALSE(store_.remove("rex", std::string(32, '0'))->found);
}

TEST_F(Versions, AreNotNamedByTheIdBehindANullVersion) {
  put("old");
  const std::string id = store_.objects.get("dogs", "rex")->id;
  EXPECT_EQ(store_.read("rex", id).error().problem, Problem::kNoSuchVersion);
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  EXPECT_EQ(store_.read("rex", id).error().problem, Problem::kNoSuchVersion);
  EXPECT_FALSE(store_.remove("rex", id)->found);
}

TEST_F(Versions, KeepTheirOrderWhenTheClockGoesBack) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  store_.now -= std::chrono::hours(48);
  put("two");
  remove();
  remove_at(0);
  put("three");
  store_.now += std::chrono::hours(1);
  put("four");
  EXPECT_THAT(history(), ElementsAre("four latest", "three", "two", "one"));
}

TEST_F(Versions, AreFoundAmongHundredsOfOthers) {
  put("old");
  store_.set_versioning(Versioning::kEnabled);
  for (int version = 0; version < 250; ++version) put("new");
  EXPECT_EQ(store_.read("rex", "null").value(), "old");
  store_.set_versioning(Versioning::kSuspended);
  put("null again");
  EXPECT_EQ(store_.versions("rex").size(), 251U);
}

TEST_F(Versions, HoldToTheConditionsOfTheirOwnRemoval) {
  store_.set_versioning(Versioning::kEnabled);
  put("one");
  put("two");
  const std::string one = id_at(1);
  EXPECT_EQ(store_.remove("rex", one, {.if_match = md5_of("two")}).error().problem,
            Problem::kPreconditionFailed);
  EXPECT_TRUE(store_.remove("rex", one, {.if_match = md5_of("one")})->found);
  EXPECT_THAT(history(), ElementsAre("two latest"));
}

// More extents than fit beside an object, wherever the version goes.
TEST_F(Versions, KeepWhatLiesApartAsTheyMove) {
  ASSERT_TRUE(store_.put("source", "woof "));
  store_.set_versioning(Versioning::kEnabled);
  const Upload upload = store_.begin_upload("rex");
  ASSERT_TRUE(store_.copy_part(upload, 1, "source", 7));
  ASSERT_TRUE(store_.complete(upload));
  std::string text;
  for (int time = 0; time < 7; ++time) text += "woof ";
  EXPECT_THAT(history(), ElementsAre(text + " latest"));
  put("next");
  EXPECT_THAT(history(), ElementsAre("next latest", text));
  ASSERT_TRUE(store_.objects.change_attributes(
      "dogs", "rex", id_at(1), [](Attributes& attributes) { attributes.tags = {{"a", "b"}}; }));
  ASSERT_TRUE(store_.copy("rex", id_at(1), "copy"));
  remove_at(0);
  EXPECT_THAT(history(), ElementsAre(text + " latest"));
  ASSERT_TRUE(store_.objects.change_attributes(
      "dogs", "rex", {}, [](Attributes& attributes) { attributes.tags.clear(); }));
  EXPECT_THAT(history(), ElementsAre(text + " latest"));
  remove_at(0);
  while (store_.blobs.collect().more) {
  }
  EXPECT_EQ(store_.read("copy").value(), text);
}

}  // namespace
}  // namespace kennel::objects

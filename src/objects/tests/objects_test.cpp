// Objects in a bucket that was never versioned, and what must be so for a change to happen.
#include "objects/objects.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ObjectsTest : public testing::Test {
 protected:
  void expect_nothing_left() {
    store_.remove_everything();
    EXPECT_THAT(store_.leftovers(), IsEmpty());
  }

  ObjectStore<> store_;
};

TEST_F(ObjectsTest, GivesBackWhatWasPut) {
  NewObject object = store_.draft("rex", "woof");
  object.attributes = {.headers = {{"ContentType", "text/plain"}},
                       .metadata = {{"colour", "brün"}},
                       .tags = {{"b", "1"}, {"a", ""}},
                       .storage_class = "GLACIER"};
  const auto put = store_.objects.put(std::move(object), {}, store_.now);
  ASSERT_TRUE(put);
  EXPECT_EQ(put->shown_id(), "null");
  const auto got = store_.objects.get("dogs", "rex");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->id, put->id);
  EXPECT_EQ(got->modified, store_.now);
  EXPECT_EQ(got->content.etag, md5_of("woof"));
  EXPECT_EQ(got->content.size, 4U);
  EXPECT_EQ(got->attributes.headers.at("ContentType"), "text/plain");
  EXPECT_EQ(got->attributes.metadata.at("colour"), "brün");
  EXPECT_THAT(got->attributes.tags, ElementsAre(std::pair("b", "1"), std::pair("a", "")));
  EXPECT_EQ(got->attributes.storage_class, "GLACIER");
  EXPECT_EQ(store_.read("rex").value(), "woof");
  EXPECT_EQ(store_.read("rex", "null").value(), "woof");
  expect_nothing_left();
}

TEST_F(ObjectsTest, SaysWhatIsMissing) {
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
  EXPECT_EQ(store_.read("rex", "null").error().problem, Problem::kNoSuchVersion);
  EXPECT_EQ(store_.objects.get("cats", "tom").error().problem, Problem::kNoSuchBucket);
  EXPECT_EQ(store_.objects.get("cats", "tom", "null").error().problem, Problem::kNoSuchBucket);
  EXPECT_EQ(store_.objects.remove("cats", "tom", {}, store_.now).error().problem,
            Problem::kNoSuchBucket);
  NewObject object = store_.draft("tom", "miaow");
  object.bucket = "cats";
  EXPECT_EQ(store_.objects.put(std::move(object), {}, store_.now).error().problem,
            Problem::kNoSuchBucket);
  EXPECT_THAT(store_.leftovers(), IsEmpty());
}

TEST_F(ObjectsTest, ReplacesAndRemovesWithoutATrace) {
  ASSERT_TRUE(store_.put("rex", "woof"));
  ASSERT_TRUE(store_.put("rex", "growl"));
  EXPECT_THAT(store_.history("rex"), ElementsAre("growl null latest"));
  (void)store_.blobs.collect();
  EXPECT_THAT(store_.blobs.blob_files(), SizeIs(1));
  const auto removed = store_.remove("rex");
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->found);
  EXPECT_FALSE(removed->marker);
  EXPECT_EQ(removed->version_id, "");
  EXPECT_FALSE(store_.remove("rex")->found);
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
  expect_nothing_left();
}

TEST_F(ObjectsTest, KeepsContentThatIsPutAgainOverItself) {
  ASSERT_TRUE(store_.put("rex", "woof"));
  ASSERT_TRUE(store_.put("rex", "woof"));
  ASSERT_TRUE(store_.copy("rex", {}, "rex"));
  (void)store_.blobs.collect();
  EXPECT_EQ(store_.read("rex").value(), "woof");
  EXPECT_THAT(store_.blobs.blob_files(), SizeIs(1));
  expect_nothing_left();
}

TEST_F(ObjectsTest, KeepsEmptyObjectsWithoutABlob) {
  ASSERT_TRUE(store_.put("rex", ""));
  EXPECT_EQ(store_.read("rex").value(), "");
  EXPECT_THAT(store_.blobs.blob_files(), IsEmpty());
  NewObject staged_all_the_same = store_.draft("tom", "");
  staged_all_the_same.staged = store_.stage("");
  ASSERT_TRUE(store_.objects.put(std::move(staged_all_the_same), {}, store_.now));
  expect_nothing_left();
}

TEST_F(ObjectsTest, LetsACopyOutliveItsSource) {
  ASSERT_TRUE(store_.put("rex", "woof"));
  ASSERT_TRUE(store_.copy("rex", {}, "copy"));
  ASSERT_TRUE(store_.remove("rex"));
  EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  EXPECT_EQ(store_.read("copy").value(), "woof");
  expect_nothing_left();
}

TEST_F(ObjectsTest, KeepsContentReadableForWhoOpenedIt) {
  ASSERT_TRUE(store_.put("rex", "woof"));
  auto opened = store_.objects.open("dogs", "rex");
  ASSERT_TRUE(opened);
  ASSERT_TRUE(store_.remove("rex"));
  EXPECT_EQ(store_.blobs.collect().blobs, 0U);
  {
    ContentReader reader = std::move(opened->second);
    EXPECT_EQ(read_all(reader).value(), "woof");
  }
  expect_nothing_left();
}

TEST_F(ObjectsTest, HoldsToTheConditionsOfAPut) {
  EXPECT_EQ(store_.put("rex", "x", {.if_match = "*"}).error().problem, Problem::kNoSuchKey);
  EXPECT_EQ(store_.put("rex", "x", {.if_match = md5_of("x")}).error().problem, Problem::kNoSuchKey);
  EXPECT_TRUE(store_.put("rex", "woof", {.if_none = true}));
  EXPECT_EQ(store_.put("rex", "x", {.if_none = true}).error().problem,
            Problem::kPreconditionFailed);
  EXPECT_EQ(store_.put("rex", "x", {.if_match = md5_of("x")}).error().problem,
            Problem::kPreconditionFailed);
  EXPECT_TRUE(store_.put("rex", "growl", {.if_match = md5_of("woof")}));
  EXPECT_TRUE(store_.put("rex", "bark", {.if_match = "*"}));
  EXPECT_EQ(store_.read("rex").value(), "bark");
  expect_nothing_left();
}

TEST_F(ObjectsTest, TakesADeleteMarkerForNoObject) {
  store_.set_versioning(Versioning::kEnabled);
  ASSERT_TRUE(store_.put("rex", "woof"));
  ASSERT_TRUE(store_.remove("rex"));
  EXPECT_EQ(store_.put("rex", "x", {.if_match = "*"}).error().problem, Problem::kNoSuchKey);
  EXPECT_TRUE(store_.put("rex", "again", {.if_none = true}));
}

TEST_F(ObjectsTest, HoldsToTheConditionsOfARemoval) {
  EXPECT_EQ(store_.remove("rex", {}, {.if_match = "*"}).error().problem, Problem::kNoSuchKey);
  ASSERT_TRUE(store_.put("rex", "woof"));
  const auto problem_of = [&](const RemoveConditions& conditions) {
    return store_.remove("rex", {}, conditions).error().problem;
  };
  EXPECT_EQ(problem_of({.if_match = md5_of("x")}), Problem::kPreconditionFailed);
  EXPECT_EQ(problem_of({.if_size = 5}), Problem::kPreconditionFailed);
  EXPECT_EQ(problem_of({.if_modified_at = store_.now + std::chrono::seconds(1)}),
            Problem::kPreconditionFailed);
  const auto whole_second = std::chrono::floor<std::chrono::seconds>(store_.now);
  EXPECT_TRUE(store_.remove(
      "rex", {}, {.if_match = md5_of("woof"), .if_modified_at = whole_second, .if_size = 4}));
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
}

TEST_F(ObjectsTest, ChangesTagsInPlace) {
  const auto put = store_.put("rex", "woof");
  const auto changed = store_.objects.change_attributes(
      "dogs", "rex", {}, [](Attributes& attributes) { attributes.tags = {{"good", "yes"}}; });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->id, put->id);
  EXPECT_EQ(store_.objects.get("dogs", "rex")->attributes.tags.size(), 1U);
  EXPECT_EQ(store_.read("rex").value(), "woof");
  EXPECT_EQ(store_.objects.change_attributes("dogs", "tom", {}, [](Attributes&) {}).error().problem,
            Problem::kNoSuchKey);
  expect_nothing_left();
}

TEST_F(ObjectsTest, PutsANoteIntoTheSameCommit) {
  const auto note = [](const ObjectVersion& version) {
    return store::Change{"notes", "a", version.id};
  };
  const store::Changes refused{{"things", "a", {}, store::kAnyVersion, store::ChangeKind::kExpect}};
  EXPECT_FALSE(store_.objects.put(store_.draft("rex", "woof"), {}, store_.now, refused, note));
  EXPECT_FALSE(store_.place.records.find("notes", "a"));
  const auto put =
      store_.objects.put(store_.draft("rex", "woof"), {}, store_.now, {{"things", "a", "x"}}, note);
  ASSERT_TRUE(put);
  EXPECT_EQ(store_.place.records.find("notes", "a")->value, put->id);
  EXPECT_TRUE(store_.place.records.find("things", "a"));
}

// Several threads at once, on disk and in memory.
template <class Place>
class ManyClients : public testing::Test {
 protected:
  // How many of the threads were told that it was done; the others got `refusal`.
  template <class Ask>
  int count_winners(const Ask& ask, Problem refusal) {
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 6; ++thread) {
      threads.emplace_back([&, thread] {
        const Outcome<ObjectVersion> outcome = ask("content " + std::to_string(thread));
        if (outcome) {
          ++winners;
        } else {
          EXPECT_EQ(outcome.error().problem, refusal);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return winners;
  }

  ObjectStore<Place> store_;
};

using Places = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(ManyClients, Places);

TYPED_TEST(ManyClients, HaveOneWinnerOfAPutThatMustBeTheFirst) {
  for (const auto versioning : {Versioning::kNever, Versioning::kEnabled, Versioning::kSuspended}) {
    this->store_.set_versioning(versioning);
    const std::string key = "rex" + std::to_string(static_cast<int>(versioning));
    const auto ask = [&](const std::string& text) {
      return this->store_.put(key, text, {.if_none = true});
    };
    EXPECT_EQ(this->count_winners(ask, Problem::kPreconditionFailed), 1);
    EXPECT_THAT(this->store_.history(key), SizeIs(1));
  }
  this->store_.remove_everything();
  EXPECT_THAT(this->store_.leftovers(), IsEmpty());
}

TYPED_TEST(ManyClients, HaveOneWinnerOfAPutOverWhatTheySaw) {
  for (const auto versioning : {Versioning::kNever, Versioning::kEnabled, Versioning::kSuspended}) {
    this->store_.set_versioning(versioning);
    const std::string key = "rex" + std::to_string(static_cast<int>(versioning));
    ASSERT_TRUE(this->store_.put(key, "seen"));
    const auto ask = [&](const std::string& text) {
      return this->store_.put(key, text, {.if_match = md5_of("seen")});
    };
    EXPECT_EQ(this->count_winners(ask, Problem::kPreconditionFailed), 1);
  }
}

// Either the object is there and its bucket too, or neither.
TYPED_TEST(ManyClients, NeverPutIntoABucketThatIsGone) {
  for (int round = 0; round < 20; ++round) {
    (void)this->store_.buckets.create("cats", "us-east-1", this->store_.now);
    NewObject object = this->store_.draft("tom", "miaow");
    object.bucket = "cats";
    bool put = false;
    bool began = false;
    std::thread putter([&] {
      put = this->store_.objects.put(std::move(object), {}, this->store_.now).has_value();
    });
    std::thread beginner(
        [&] { began = this->store_.uploads.create({.bucket = "cats", .key = "tim"}).has_value(); });
    const bool removed = this->store_.buckets.remove("cats").has_value();
    putter.join();
    beginner.join();
    EXPECT_EQ(put || began, !removed);
    for (const auto& upload : this->store_.uploads.list({.bucket = "cats"}).uploads) {
      EXPECT_TRUE(this->store_.uploads.abort("cats", "tim", upload.id));
    }
    if (put) {
      EXPECT_TRUE(this->store_.objects.remove("cats", "tom", {}, this->store_.now));
    }
  }
  (void)this->store_.blobs.collect();
  EXPECT_THAT(this->store_.leftovers(), IsEmpty());
}

}  // namespace
}  // namespace kennel::objects

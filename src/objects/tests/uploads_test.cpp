#include "objects/uploads.h"

#include <gmock/gmock.h>

#include <thread>

#include "objects/tests/object_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class UploadsTest : public testing::Test {
 protected:
  Outcome<ObjectVersion> complete(const std::vector<NamedPart>& named) {
    return store_.uploads.complete("dogs", "rex", upload_.id, {.parts = named}, store_.now);
  }
  static NamedPart named(std::uint32_t number, std::string_view text) {
    return {.number = number, .etag = md5_of(text)};
  }
  std::vector<std::uint32_t> numbers() {
    std::vector<std::uint32_t> numbers;
    for (const Part& part : store_.uploads.list_parts(upload_, 0, 1000).parts) {
      numbers.push_back(part.number);
    }
    return numbers;
  }
  void put_part(std::uint32_t number, std::string_view text) {
    ASSERT_TRUE(store_.put_part(upload_, number, text));
  }
  void TearDown() override {
    store_.remove_everything();
    EXPECT_THAT(store_.leftovers(), IsEmpty());
  }

  ObjectStore<> store_;
  Upload upload_ = store_.begin_upload("rex");
  const std::string large_ = std::string(kPartBytesMin, 'x');
};

TEST_F(UploadsTest, BecomeAnObject) {
  put_part(3, "end");
  put_part(1, large_);
  EXPECT_THAT(numbers(), ElementsAre(1U, 3U));
  EXPECT_EQ(store_.read("rex").error().problem, Problem::kNoSuchKey);
  const auto object = complete({named(1, large_), named(3, "end")});
  ASSERT_TRUE(object);
  EXPECT_EQ(store_.read("rex").value(), large_ + "end");
  const auto joined = *base::from_hex(md5_of(large_) + md5_of("end"));
  EXPECT_EQ(object->content.etag, md5_of(base::as_text(joined)) + "-2");
  EXPECT_THAT(object->content.parts,
              ElementsAre(ObjectPart{1, kPartBytesMin, ""}, ObjectPart{3, 3, ""}));
  EXPECT_EQ(object->owner, upload_.id);
  EXPECT_THAT(numbers(), IsEmpty());
  EXPECT_EQ(store_.uploads.get("dogs", "rex", upload_.id).error().problem, Problem::kNoSuchUpload);
}

TEST_F(UploadsTest, KeepWhatTheyBeganWith) {
  const auto begun = store_.uploads.create({.bucket = "dogs",
                                            .key = "tim",
                                            .initiated = store_.now,
                                            .initiator = "me",
                                            .attributes = {.metadata = {{"a", "ä"}}},
                                            .checksum_algorithm = "CRC32",
                                            .checksum_type = "COMPOSITE"});
  const auto got = store_.uploads.get("dogs", "tim", begun->id);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->initiated, store_.now);
  EXPECT_EQ(got->initiator, "me");
  EXPECT_EQ(got->checksum_type, "COMPOSITE");
  NewPart part{.number = 1, .content = content_of("woof"), .staged = store_.stage("woof")};
  part.content.checksum = StoredChecksum{"CRC32", "FULL_OBJECT", "AAAAAA=="};
  ASSERT_TRUE(store_.uploads.put_part(*got, std::move(part), store_.now));
  const auto wrong = store_.uploads.complete(
      "dogs", "tim", got->id, {.parts = {{1, md5_of("woof"), "BBBBBB==", "CRC32"}}}, store_.now);
  EXPECT_EQ(wrong.error().problem, Problem::kInvalidPart);
  const auto object = store_.uploads.complete(
      "dogs", "tim", got->id, {.parts = {{1, md5_of("woof"), "AAAAAA==", "CRC32"}}}, store_.now);
  ASSERT_TRUE(object);
  EXPECT_TRUE(object->content.checksum->value.ends_with("-1"));
  EXPECT_EQ(object->attributes.metadata.at("a"), "ä");
}

TEST_F(UploadsTest, ReplaceAPartOfTheSameNumber) {
  put_part(1, "first");
  put_part(1, "second");
  (void)store_.blobs.collect();
  EXPECT_THAT(store_.blobs.blob_files(), SizeIs(1));
  EXPECT_EQ(complete({named(1, "first")}).error().problem, Problem::kInvalidPart);
  ASSERT_TRUE(complete({named(1, "second")}));
  EXPECT_EQ(store_.read("rex").value(), "second");
}

TEST_F(UploadsTest, ReplaceAPartByTheSameBytes) {
  put_part(1, "same");
  put_part(2, "same");
  put_part(1, "same");
  (void)store_.blobs.collect();
  ASSERT_TRUE(complete({named(1, "same")}));
  (void)store_.blobs.collect();
  EXPECT_EQ(store_.read("rex").value(), "same");
}

TEST_F(UploadsTest, ReplaceAPartOfManyExtentsByOneOfFew) {
  ASSERT_TRUE(store_.put("source", "woof"));
  ASSERT_TRUE(store_.copy_part(upload_, 1, "source", 9));
  put_part(1, "short");
  ASSERT_TRUE(complete({named(1, "short")}));
  EXPECT_EQ(store_.read("rex").value(), "short");
}

TEST_F(UploadsTest, ForgetPartsThatNobodyClaims) {
  put_part(1, "one");
  put_part(2, "two");
  put_part(3, "three");
  ASSERT_TRUE(complete({named(2, "two")}));
  EXPECT_EQ(store_.blobs.collect().blobs, 2U);
  EXPECT_EQ(store_.read("rex").value(), "two");
}

TEST_F(UploadsTest, RefusePartsThatDoNotFit) {
  put_part(1, "one");
  put_part(2, "two");
  EXPECT_EQ(complete({named(2, "two"), named(1, "one")}).error().problem,
            Problem::kInvalidPartOrder);
  EXPECT_EQ(complete({named(1, "one"), named(1, "one")}).error().problem,
            Problem::kInvalidPartOrder);
  EXPECT_EQ(complete({named(3, "two")}).error().part, 3U);
  EXPECT_EQ(complete({named(1, "two")}).error().problem, Problem::kInvalidPart);
  EXPECT_EQ(complete({}).error().problem, Problem::kInvalidPart);
  const auto small = complete({named(1, "one"), named(2, "two")});
  EXPECT_EQ(small.error().problem, Problem::kPartTooSmall);
  EXPECT_EQ(small.error().part, 1U);
  EXPECT_EQ(small.error().part_size, 3U);
  EXPECT_THAT(numbers(), ElementsAre(1U, 2U));
}

TEST_F(UploadsTest, TakeAnEmptyLastPart) {
  put_part(1, "");
  ASSERT_TRUE(complete({named(1, "")}));
  EXPECT_EQ(store_.read("rex").value(), "");
  upload_ = store_.begin_upload("rex");
  NewPart staged{.number = 1, .content = content_of(""), .staged = store_.stage("")};
  ASSERT_TRUE(store_.uploads.put_part(upload_, std::move(staged), store_.now));
  ASSERT_TRUE(complete({named(1, "")}));
}

TEST_F(UploadsTest, GiveTheSameObjectWhenCompletedTwice) {
  put_part(1, "woof");
  const auto first = complete({named(1, "woof")});
  ASSERT_TRUE(first);
  ASSERT_TRUE(store_.put("rex", "replaced meanwhile"));
  const auto second = complete({named(1, "woof")});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->content.etag, first->content.etag);
  EXPECT_EQ(store_.read("rex").value(), "replaced meanwhile");
  EXPECT_EQ(store_.uploads.complete("dogs", "tim", upload_.id, {}, store_.now).error().problem,
            Problem::kNoSuchUpload);
}

// From when it was completed, not begun.
TEST_F(UploadsTest, AreForgottenADayAfterTheyWereCompleted) {
  put_part(1, "woof");
  store_.now += std::chrono::days(3);
  ASSERT_TRUE(complete({named(1, "woof")}));
  store_.uploads.forget_completed(store_.now + std::chrono::hours(23));
  EXPECT_TRUE(complete({named(1, "woof")}));
  store_.uploads.forget_completed(store_.now + std::chrono::hours(25));
  EXPECT_EQ(complete({named(1, "woof")}).error().problem, Problem::kNoSuchUpload);
  EXPECT_THAT(store_.place.records.scan(kCompleted, {}), IsEmpty());
}

TEST_F(UploadsTest, StayWhereTheirObjectMayNotBe) {
  put_part(1, "woof");
  ASSERT_TRUE(store_.put("rex", "there"));
  EXPECT_EQ(store_.complete(upload_, {.if_none = true}).error().problem,
            Problem::kPreconditionFailed);
  EXPECT_THAT(numbers(), ElementsAre(1U));
  EXPECT_TRUE(store_.complete(upload_, {.if_match = md5_of("there")}));
}

TEST_F(UploadsTest, EndWithoutATrace) {
  put_part(1, "one");
  ASSERT_TRUE(store_.put("source", "woof"));
  ASSERT_TRUE(store_.copy_part(upload_, 2, "source", 6));
  ASSERT_TRUE(store_.uploads.abort("dogs", "rex", upload_.id));
  EXPECT_EQ(store_.uploads.abort("dogs", "rex", upload_.id).error().problem,
            Problem::kNoSuchUpload);
  EXPECT_EQ(store_.put_part(upload_, 3, "late").error().problem, Problem::kNoSuchUpload);
  EXPECT_EQ(complete({named(1, "one")}).error().problem, Problem::kNoSuchUpload);
  EXPECT_EQ(store_.blobs.collect().blobs, 1U);
}

TEST_F(UploadsTest, KeepTheirBucket) {
  EXPECT_EQ(store_.buckets.remove("dogs").error().problem, Problem::kBucketNotEmpty);
  EXPECT_EQ(store_.uploads.create({.bucket = "cats", .key = "tom"}).error().problem,
            Problem::kNoSuchBucket);
  EXPECT_EQ(store_.uploads.get("cats", "tom", upload_.id).error().problem, Problem::kNoSuchBucket);
  EXPECT_EQ(store_.uploads.get("dogs", "tom", upload_.id).error().problem, Problem::kNoSuchUpload);
}

TEST_F(UploadsTest, ListTheirPartsInPages) {
  for (const std::uint32_t number : {1U, 2U, 9U, 10U, 10'000U}) put_part(number, "x");
  const auto page = [&](std::uint32_t after, std::size_t limit) {
    return store_.uploads.list_parts(upload_, after, limit);
  };
  EXPECT_TRUE(page(0, 4).truncated);
  EXPECT_FALSE(page(0, 5).truncated);
  EXPECT_EQ(page(2, 2).parts[0].number, 9U);
  EXPECT_EQ(page(10, 2).parts[0].number, 10'000U);
  EXPECT_THAT(page(10'000, 2).parts, IsEmpty());
  EXPECT_THAT(page(2'000'000'000, 2).parts, IsEmpty());
  EXPECT_THAT(page(0, 0).parts, IsEmpty());
  EXPECT_FALSE(page(0, 0).truncated);
  EXPECT_EQ(page(0, 1).parts[0].modified, store_.now);
}

TEST_F(UploadsTest, HaveTenThousandParts) {
  ASSERT_TRUE(store_.put("source", large_));
  const Content content = content_of(large_);
  std::vector<NamedPart> all;
  for (std::uint32_t number = 1; number <= kPartNumberMax; ++number) {
    ASSERT_TRUE(
        store_.uploads.put_part(upload_, {.number = number, .content = content}, store_.now));
    all.push_back({number, content.etag, ""});
  }
  const auto object = complete(all);
  ASSERT_TRUE(object);
  EXPECT_TRUE(object->content.etag.ends_with("-10000"));
  auto opened = store_.objects.open("dogs", "rex");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->second.size(), kPartNumberMax * kPartBytesMin);
  EXPECT_THAT(opened->first.content.parts, SizeIs(kPartNumberMax));
  EXPECT_EQ(base::as_text(*opened->second.read(opened->second.size() - 1)), "x");
}

// One of them gets the object, the others the same; late parts are refused or part of it.
TEST_F(UploadsTest, AreCompletedOnceByManyAtOnce) {
  put_part(1, "woof");
  std::vector<std::thread> threads;
  std::array<std::string, 4> ids;
  for (std::string& id : ids) {
    threads.emplace_back([&] {
      if (const auto object = complete({named(1, "woof")})) id = object->id;
    });
  }
  threads.emplace_back([&] { (void)store_.put_part(upload_, 2, "late"); });
  threads.emplace_back([&] {
    while (store_.uploads.get("dogs", "rex", upload_.id)) (void)store_.blobs.collect();
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(ids, testing::Each(store_.objects.get("dogs", "rex")->id));
  EXPECT_EQ(store_.read("rex").value(), "woof");
}

}  // namespace
}  // namespace kennel::objects

#include "objects/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objects/tests/stocked_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MeasureUsage, IsNothingWhereThereIsNoBucket) {
  const StockedStore store;
  const Usage usage = measure_usage(store.records, store.blobs);
  EXPECT_THAT(usage.buckets, IsEmpty());
  EXPECT_EQ(usage.logical_bytes, 0U);
  EXPECT_EQ(usage.stored_bytes, 0U);
}

TEST(MeasureUsage, TellsObjectsVersionsAndUploadsOfEachBucket) {
  StockedStore store;
  store.make_bucket("dogs", Versioning::kEnabled);
  store.put("dogs", "a", "12345");
  store.put("dogs", "a", "123456789");
  store.put("dogs", "b", "1234567");
  ASSERT_TRUE(store.objects.remove("dogs", "b", {}, store.now));
  store.make_bucket("dogs-2");
  const Upload upload = store.begin_upload("dogs-2", "big");
  store.put_part(upload, 1, "one");
  store.put_part(upload, 2, "four");
  const Usage usage = measure_usage(store.records, store.blobs);
  const BucketUsage dogs{
      .bucket = "dogs", .objects = 1, .bytes = 9, .versions = 3, .version_bytes = 12};
  const BucketUsage more{.bucket = "dogs-2", .uploads = 1, .upload_bytes = 7};
  EXPECT_THAT(usage.buckets, ElementsAre(dogs, more));
  EXPECT_EQ(usage.logical_bytes, 28U);
  EXPECT_EQ(usage.stored_bytes, 28U);
}

TEST(MeasureUsage, CountsTheSameContentOnceAsStored) {
  StockedStore store;
  store.make_bucket("dogs");
  for (const char* key : {"a", "b", "c"}) store.put("dogs", key, "12345");
  const Usage usage = measure_usage(store.records, store.blobs);
  EXPECT_EQ(usage.logical_bytes, 15U);
  EXPECT_EQ(usage.stored_bytes, 5U);
}

TEST(MeasureUsage, CountsWhatIsToBeCollectedAsStored) {
  StockedStore store;
  store.make_bucket("dogs");
  store.put("dogs", "a", "12345");
  ASSERT_TRUE(store.objects.remove("dogs", "a", {}, store.now));
  EXPECT_EQ(measure_usage(store.records, store.blobs).stored_bytes, 5U);
  EXPECT_EQ(store.blobs.collect().blobs, 1U);
  EXPECT_EQ(measure_usage(store.records, store.blobs).stored_bytes, 0U);
}

}  // namespace
}  // namespace kennel::objects

#include "objects/buckets.h"

#include <gtest/gtest.h>

#include "store/memory_records.h"

namespace kennel::objects {
namespace {

class BucketsTest : public testing::Test {
 protected:
  store::MemoryRecords records_;
  Buckets buckets_{records_};
  TimePoint now_{std::chrono::milliseconds(1'800'000'000'123)};
};

TEST_F(BucketsTest, GivesBackABucketAsItWasMade) {
  ASSERT_TRUE(buckets_.create("dogs", "eu-central-1", now_));
  const auto bucket = buckets_.get("dogs");
  ASSERT_TRUE(bucket);
  EXPECT_EQ(bucket->region, "eu-central-1");
  EXPECT_EQ(bucket->created, now_);
  EXPECT_EQ(bucket->versioning, Versioning::kNever);
  EXPECT_EQ(buckets_.create("dogs", "us-east-1", now_).error().problem, Problem::kBucketExists);
  EXPECT_EQ(buckets_.get("cats").error().problem, Problem::kNoSuchBucket);
}

TEST_F(BucketsTest, ForgetsSettingsWithTheirBucket) {
  ASSERT_TRUE(buckets_.create("dogs", "us-east-1", now_));
  ASSERT_TRUE(buckets_.put_setting("dogs", "policy", "{}"));
  EXPECT_EQ(buckets_.get_setting("dogs", "policy").value(), "{}");
  ASSERT_TRUE(buckets_.remove("dogs"));
  ASSERT_TRUE(buckets_.create("dogs", "us-east-1", now_));
  EXPECT_EQ(buckets_.get_setting("dogs", "policy").value(), std::nullopt);
}

}  // namespace
}  // namespace kennel::objects

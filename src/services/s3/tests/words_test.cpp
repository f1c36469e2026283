#include "services/s3/words.h"

#include <gtest/gtest.h>

namespace kennel::services::s3 {
namespace {

TEST(BucketName, FollowsTheRules) {
  for (const char* good : {"dogs", "my-dogs.2026", "abc", "1a2"}) {
    EXPECT_TRUE(check_bucket_name(good)) << good;
  }
  for (const char* bad :
       {"ab", "Dogs", "-dogs", "dogs-", "do..gs", "192.168.1.1", "xn--dogs", "dogs_1", ""}) {
    EXPECT_FALSE(check_bucket_name(bad)) << bad;
  }
}

TEST(CopySource, IsBucketAndKeyEncoded) {
  const auto source = parse_copy_source("/dogs/a%20b%2Bc+d/%C3%A4?versionId=null");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->bucket, "dogs");
  EXPECT_EQ(source->key, "a b+c+d/\xC3\xA4");
  EXPECT_EQ(source->version_id, "null");
  EXPECT_FALSE(parse_copy_source("dogs"));
  EXPECT_FALSE(parse_copy_source("dogs/"));
  EXPECT_FALSE(parse_copy_source("dogs/%zz"));
}

}  // namespace
}  // namespace kennel::services::s3

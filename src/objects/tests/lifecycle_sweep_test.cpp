#include "objects/lifecycle_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "objects/lifecycle_document.h"
#include "objects/listing.h"
#include "objects/tests/stocked_store.h"

namespace kennel::objects {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kAfterADay =
    R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]})";

class LifecycleSweepTest : public testing::Test {
 protected:
  LifecycleSweepTest() {
    clock_.advance(days(20'000));
    store_.now = clock_.calendar_now();
  }

  void let_pass(days count) {
    clock_.advance(count);
    store_.now = clock_.calendar_now();
  }
  void set_rules(const std::string& bucket, const std::string& document) {
    ASSERT_TRUE(store_.buckets.put_setting(bucket, kLifecycleSetting, document));
  }
  LifecycleStep sweep(std::size_t limit = 1000) {
    LifecycleStep sum;
    while (!sum.finished) {
      const LifecycleStep step = sweep_.step(clock_.calendar_now(), limit);
      sum.expired += step.expired;
      sum.versions += step.versions;
      sum.markers += step.markers;
      sum.uploads += step.uploads;
      sum.finished = step.finished;
    }
    return sum;
  }
  // "key" of an object, "key (old)" of a version that is not the latest, "key (marker)".
  [[nodiscard]] std::vector<std::string> versions(const std::string& bucket) const {
    VersionQuery query;
    query.bucket = bucket;
    std::vector<std::string> names;
    for (const auto& [version, is_latest] : list_versions(store_.records, query).versions) {
      names.push_back(version.key + (version.is_marker ? " (marker)" : is_latest ? "" : " (old)"));
    }
    return names;
  }

  base::ManualClock clock_;
  StockedStore store_;
  LifecycleSweep sweep_{store_.records, store_.buckets, store_.objects, store_.uploads};
};

TEST_F(LifecycleSweepTest, RemovesWhatIsDueWhereNoVersionsAreKept) {
  store_.make_bucket("dogs");
  store_.make_bucket("kept");
  set_rules("dogs", kAfterADay);
  store_.put("dogs", "a", "one");
  store_.put("kept", "a", "one");
  EXPECT_EQ(sweep(), LifecycleStep{.finished = true});
  let_pass(days(2));
  store_.put("dogs", "b", "two");
  EXPECT_EQ(sweep(), (LifecycleStep{.expired = 1, .finished = true}));
  EXPECT_THAT(versions("dogs"), ElementsAre("b"));
  EXPECT_THAT(versions("kept"), ElementsAre("a"));
}

TEST_F(LifecycleSweepTest, HidesWhatIsDueWhereVersionsAreKept) {
  store_.make_bucket("dogs", Versioning::kEnabled);
  set_rules("dogs", kAfterADay);
  store_.put("dogs", "a", "one");
  let_pass(days(2));
  EXPECT_EQ(sweep(), (LifecycleStep{.expired = 1, .finished = true}));
  EXPECT_THAT(versions("dogs"), ElementsAre("a (marker)", "a (old)"));
  let_pass(days(100));
  EXPECT_EQ(sweep(), LifecycleStep{.finished = true});
}

TEST_F(LifecycleSweepTest, RemovesOldVersionsAndThenTheirMarker) {
  store_.make_bucket("dogs", Versioning::kEnabled);
  set_rules("dogs", R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {},
      "Expiration": {"ExpiredObjectDeleteMarker": true},
      "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}]})");
  store_.put("dogs", "a", "one");
  let_pass(days(10));
  store_.put("dogs", "a", "two");
  ASSERT_TRUE(store_.objects.remove("dogs", "a", {}, store_.now));
  EXPECT_EQ(sweep(), LifecycleStep{.finished = true});
  let_pass(days(4));
  EXPECT_EQ(sweep(), (LifecycleStep{.versions = 2, .finished = true}));
  EXPECT_THAT(versions("dogs"), ElementsAre("a (marker)"));
  EXPECT_EQ(sweep(), (LifecycleStep{.markers = 1, .finished = true}));
  EXPECT_THAT(versions("dogs"), IsEmpty());
}

TEST_F(LifecycleSweepTest, CountsFromWhenTheSuccessorCame) {
  store_.make_bucket("dogs", Versioning::kEnabled);
  set_rules("dogs", R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {},
      "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}]})");
  for (int count = 0; count < 3; ++count) {
    store_.put("dogs", "a", std::to_string(count));
    let_pass(days(3));
  }
  EXPECT_EQ(sweep(), (LifecycleStep{.versions = 1, .finished = true}));
  EXPECT_THAT(versions("dogs"), ElementsAre("a", "a (old)"));
}

TEST_F(LifecycleSweepTest, RemovesTheNullVersionAmongOthers) {
  store_.make_bucket("dogs");
  store_.put("dogs", "a", "null");
  ASSERT_TRUE(store_.buckets.set_versioning("dogs", Versioning::kEnabled));
  store_.put("dogs", "a", "new");
  set_rules("dogs", R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {},
      "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}]})");
  let_pass(days(2));
  EXPECT_EQ(sweep(), (LifecycleStep{.versions = 1, .finished = true}));
  EXPECT_THAT(versions("dogs"), ElementsAre("a"));
}

TEST_F(LifecycleSweepTest, AbortsUploads) {
  store_.make_bucket("dogs");
  set_rules("dogs", R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "b"},
      "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]})");
  for (const char* key : {"a", "b", "b"}) store_.put_part(store_.begin_upload("dogs", key), 1, "x");
  let_pass(days(2));
  EXPECT_EQ(sweep(), (LifecycleStep{.uploads = 2, .finished = true}));
  EXPECT_EQ(store_.uploads.list({.bucket = "dogs"}).uploads.at(0).key, "a");
}

TEST_F(LifecycleSweepTest, ComesToTheSameInStepsOfAnySize) {
  for (const std::size_t limit : {1, 2, 3, 5, 7}) {
    const std::string bucket = "dogs-" + std::to_string(limit);
    store_.make_bucket(bucket, Versioning::kEnabled);
    set_rules(bucket, R"({"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {},
        "Expiration": {"Days": 30},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]})");
    for (const char* key : {"a", "b", "b/c"}) {
      for (int count = 0; count < 5; ++count) store_.put(bucket, key, std::to_string(count));
      (void)store_.begin_upload(bucket, key);
    }
    let_pass(days(2));
    EXPECT_EQ(sweep(limit), (LifecycleStep{.versions = 6, .uploads = 3, .finished = true}));
    EXPECT_THAT(versions(bucket), ElementsAre("a", "a (old)", "a (old)", "b", "b (old)", "b (old)",
                                              "b/c", "b/c (old)", "b/c (old)"));
  }
}

TEST_F(LifecycleSweepTest, LooksAtNoMoreThanItMay) {
  store_.make_bucket("dogs");
  set_rules("dogs", kAfterADay);
  for (int count = 0; count < 10; ++count) store_.put("dogs", std::to_string(count), "x");
  let_pass(days(2));
  EXPECT_EQ(sweep_.step(clock_.calendar_now(), 5), LifecycleStep{.expired = 4});
  EXPECT_EQ(sweep_.step(clock_.calendar_now(), 5), LifecycleStep{.expired = 5});
  EXPECT_EQ(sweep_.step(clock_.calendar_now(), 5), (LifecycleStep{.expired = 1, .finished = true}));
}

TEST_F(LifecycleSweepTest, GoesOnWhereABucketGoesAwayMeanwhile) {
  store_.make_bucket("cats");
  store_.make_bucket("dogs");
  set_rules("cats", kAfterADay);
  set_rules("dogs", kAfterADay);
  store_.put("cats", "a", "x");
  store_.put("cats", "b", "x");
  store_.put("dogs", "a", "x");
  let_pass(days(2));
  EXPECT_EQ(sweep_.step(clock_.calendar_now(), 2), LifecycleStep{.expired = 1});
  ASSERT_TRUE(store_.objects.remove("cats", "b", {}, store_.now));
  ASSERT_TRUE(store_.buckets.remove("cats"));
  EXPECT_EQ(sweep(), (LifecycleStep{.expired = 1, .finished = true}));
}

}  // namespace
}  // namespace kennel::objects

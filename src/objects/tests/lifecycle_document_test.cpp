#include "objects/lifecycle_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::objects {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

LifecycleRule read_rule(const std::string& members) {
  const LifecycleRules rules = rules_from_document(R"({"Rules": [{)" + members + "}]}");
  EXPECT_THAT(rules, SizeIs(1));
  return rules.front();
}

TEST(LifecycleDocument, ReadsEveryAction) {
  const LifecycleRule rule = read_rule(R"("ID": "r", "Status": "Enabled", "Filter": {},
      "Expiration": {"Days": 30},
      "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3},
      "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
      "Transitions": [{"Days": 10, "StorageClass": "GLACIER"}])");
  EXPECT_EQ(rule.id, "r");
  EXPECT_TRUE(rule.enabled);
  EXPECT_EQ(rule.expiration->days, 30);
  EXPECT_EQ(rule.expiration->date, std::nullopt);
  EXPECT_FALSE(rule.expiration->expired_delete_markers);
  EXPECT_EQ(rule.noncurrent->days, 7);
  EXPECT_EQ(rule.noncurrent->newer_kept, 3);
  EXPECT_EQ(rule.abort_uploads_days, 2);
}

TEST(LifecycleDocument, ReadsDatesAndMarkers) {
  const LifecycleRule dated =
      read_rule(R"("Status": "Disabled", "Prefix": "", "Expiration": {"Date": 1728000000.0})");
  EXPECT_FALSE(dated.enabled);
  EXPECT_EQ(dated.expiration->date, TimePoint(days(20'000)));
  EXPECT_EQ(dated.noncurrent, std::nullopt);
  const LifecycleRule markers = read_rule(
      R"("Status": "Enabled", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": true})");
  EXPECT_TRUE(markers.expiration->expired_delete_markers);
}

TEST(LifecycleDocument, ReadsEveryKindOfFilter) {
  const auto filter_of = [](const std::string& member) {
    return read_rule(R"("Status": "Enabled", )" + member).filter;
  };
  EXPECT_EQ(filter_of(R"("Prefix": "logs/")").prefix, "logs/");
  EXPECT_EQ(filter_of(R"("Filter": {"Prefix": "logs/"})").prefix, "logs/");
  EXPECT_THAT(filter_of(R"("Filter": {"Tag": {"Key": "a", "Value": "b"}})").tags,
              ElementsAre(Pair("a", "b")));
  EXPECT_EQ(filter_of(R"("Filter": {"ObjectSizeGreaterThan": 5})").larger_than, 5U);
  EXPECT_EQ(filter_of(R"("Filter": {"ObjectSizeLessThan": 5000000000})").smaller_than,
            5'000'000'000U);
  const LifecycleFilter both = filter_of(
      R"("Filter": {"And": {"Prefix": "logs/", "ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9,
          "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}})");
  EXPECT_EQ(both.prefix, "logs/");
  EXPECT_EQ(both.larger_than, 1U);
  EXPECT_EQ(both.smaller_than, 9U);
  EXPECT_THAT(both.tags, ElementsAre(Pair("a", "b"), Pair("c", "d")));
}

TEST(LifecycleDocument, NamesRulesThatHaveNoName) {
  const std::string named = name_rules(R"({"Rules": [{"ID": "mine", "Status": "Enabled"},
      {"Status": "Enabled"}, {"ID": "", "Status": "Enabled"}]})");
  const LifecycleRules rules = rules_from_document(named);
  ASSERT_THAT(rules, SizeIs(3));
  EXPECT_EQ(rules[0].id, "mine");
  EXPECT_THAT(rules[1].id, SizeIs(48));
  EXPECT_THAT(rules[2].id, SizeIs(48));
  EXPECT_NE(rules[1].id, rules[2].id);
}

}  // namespace
}  // namespace kennel::objects

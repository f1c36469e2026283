#include "objects/lifecycle.h"

#include <gtest/gtest.h>

namespace kennel::objects {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr TimePoint kMidnight{days(20'000)};
constexpr TimePoint kMorning = kMidnight + hours(10);

ObjectVersion object(const std::string& key, std::uint64_t size = 10) {
  return {.key = key, .modified = kMorning, .content = {.size = size}};
}

ObjectVersion marker(const std::string& key) {
  return {.key = key, .is_marker = true, .modified = kMorning};
}

LifecycleRule rule(Expiration expiration, LifecycleFilter filter = {}) {
  return {.id = "r", .enabled = true, .filter = std::move(filter), .expiration = expiration};
}

LifecycleRule noncurrent_rule(NoncurrentExpiration noncurrent, LifecycleFilter filter = {}) {
  return {.id = "r", .enabled = true, .filter = std::move(filter), .noncurrent = noncurrent};
}

TEST(MidnightAfter, RoundsUpToTheNextMidnight) {
  EXPECT_EQ(midnight_after(kMorning, 3), kMidnight + days(4));
  EXPECT_EQ(midnight_after(kMidnight, 3), kMidnight + days(4));
  EXPECT_EQ(midnight_after(kMidnight - milliseconds(1), 3), kMidnight + days(3));
  EXPECT_GT(midnight_after(kMidnight, 2'147'483'647), kMidnight + days(365 * 200));
}

TEST(LifecycleFilter, WantsAllThatItNames) {
  ObjectVersion version = object("logs/a", 10);
  version.attributes.tags = {{"kind", "dog"}, {"age", "3"}};
  EXPECT_TRUE(matches({}, version));
  EXPECT_TRUE(matches({.prefix = "logs/"}, version));
  EXPECT_FALSE(matches({.prefix = "logs/b"}, version));
  EXPECT_TRUE(matches({.tags = {{"age", "3"}, {"kind", "dog"}}}, version));
  EXPECT_FALSE(matches({.tags = {{"age", "3"}, {"kind", "cat"}}}, version));
  EXPECT_TRUE(matches({.larger_than = 9, .smaller_than = 11}, version));
  EXPECT_FALSE(matches({.larger_than = 10}, version));
  EXPECT_FALSE(matches({.smaller_than = 10}, version));
}

TEST(Lifecycle, ExpiresTheLatestVersionAtMidnight) {
  const LifecycleRules rules{rule({.days = 1})};
  EXPECT_FALSE(is_due(rules, object("a"), {}, kMidnight + days(2) - milliseconds(1)));
  EXPECT_TRUE(is_due(rules, object("a"), {}, kMidnight + days(2)));
}

TEST(Lifecycle, ExpiresFromADateOn) {
  const LifecycleRules rules{rule({.date = kMidnight - days(7)})};
  EXPECT_TRUE(is_due(rules, object("a"), {}, kMorning));
  EXPECT_FALSE(is_due(rules, object("a"), {}, kMidnight - days(7) - milliseconds(1)));
}

TEST(Lifecycle, DoesNothingByARuleThatIsDisabledOrOfOthers) {
  LifecycleRule disabled = rule({.days = 1});
  disabled.enabled = false;
  const LifecycleRules rules{disabled, rule({.days = 1}, {.prefix = "logs/"})};
  EXPECT_FALSE(is_due(rules, object("a"), {}, kMidnight + days(100)));
  EXPECT_EQ(find_expiry(rules, object("a")), std::nullopt);
}

TEST(Lifecycle, TellsTheEarliestRuleThatApplies) {
  LifecycleRule late = rule({.days = 30});
  late.id = "late";
  LifecycleRule early = rule({.days = 7}, {.prefix = "a"});
  early.id = "early";
  const auto expiry = find_expiry({late, early}, object("a"));
  ASSERT_TRUE(expiry);
  EXPECT_EQ(expiry->at, kMidnight + days(8));
  EXPECT_EQ(expiry->rule_id, "early");
}

TEST(Lifecycle, LeavesNoncurrentVersionsToTheirOwnRules) {
  const VersionPlace place{
      .is_latest = false, .is_alone = false, .noncurrent_since = kMorning + days(5)};
  EXPECT_FALSE(is_due({rule({.days = 1})}, object("a"), place, kMidnight + days(100)));
  const LifecycleRules rules{noncurrent_rule({.days = 2})};
  EXPECT_FALSE(is_due(rules, object("a"), {}, kMidnight + days(100)));
  EXPECT_FALSE(is_due(rules, object("a"), place, kMidnight + days(8) - milliseconds(1)));
  EXPECT_TRUE(is_due(rules, object("a"), place, kMidnight + days(8)));
}

TEST(Lifecycle, KeepsTheNewestNoncurrentVersions) {
  const LifecycleRules rules{noncurrent_rule({.days = 1, .newer_kept = 2})};
  VersionPlace place{.is_latest = false, .is_alone = false, .noncurrent_since = kMorning};
  place.newer_count = 1;
  EXPECT_FALSE(is_due(rules, object("a"), place, kMidnight + days(100)));
  place.newer_count = 2;
  EXPECT_TRUE(is_due(rules, object("a"), place, kMidnight + days(100)));
}

TEST(Lifecycle, TakesNoncurrentDeleteMarkersAsVersionsWithoutBytes) {
  const VersionPlace place{.is_latest = false, .is_alone = false, .noncurrent_since = kMorning};
  const auto is_marker_due = [&place](LifecycleFilter filter) {
    return is_due({noncurrent_rule({.days = 1}, std::move(filter))}, marker("a"), place,
                  kMidnight + days(100));
  };
  EXPECT_TRUE(is_marker_due({}));
  EXPECT_TRUE(is_marker_due({.smaller_than = 1}));
  EXPECT_FALSE(is_marker_due({.larger_than = 0}));
  EXPECT_FALSE(is_marker_due({.tags = {{"kind", "dog"}}}));
}

TEST(Lifecycle, TakesADeleteMarkerAwayWhenItIsAllThatIsLeft) {
  const LifecycleRules rules{rule({.expired_delete_markers = true})};
  EXPECT_TRUE(is_due(rules, marker("a"), {}, kMorning));
  EXPECT_FALSE(is_due(rules, marker("a"), {.is_alone = false}, kMidnight + days(100)));
  EXPECT_FALSE(is_due(rules, object("a"), {}, kMidnight + days(100)));
  EXPECT_FALSE(is_due({rule({.days = 3})}, marker("a"), {}, kMidnight + days(4) - hours(1)));
  EXPECT_TRUE(is_due({rule({.days = 3})}, marker("a"), {}, kMidnight + days(4)));
}

TEST(Lifecycle, AbortsUploadsByTheirPrefix) {
  LifecycleRule abort{.id = "r", .enabled = true, .filter = {.prefix = "logs/"}};
  abort.abort_uploads_days = 7;
  EXPECT_FALSE(is_upload_due({abort}, "logs/a", kMorning, kMidnight + days(8) - hours(1)));
  EXPECT_TRUE(is_upload_due({abort}, "logs/a", kMorning, kMidnight + days(8)));
  EXPECT_FALSE(is_upload_due({abort}, "a", kMorning, kMidnight + days(100)));
  EXPECT_EQ(find_abort({abort}, "logs/a", kMorning)->at, kMidnight + days(8));
}

}  // namespace
}  // namespace kennel::objects

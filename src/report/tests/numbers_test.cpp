#include "report/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace kennel::report {
namespace {

TEST(ToText, WritesAFractionAsPercent) { EXPECT_EQ(to_text(0.9534, percent()), "95.3\u00a0%"); }

TEST(ToText, GroupsThousandsBeforeThePointOnly) {
  EXPECT_EQ(to_text(999, number()), "999");
  EXPECT_EQ(to_text(1000, number()), "1,000");
  EXPECT_EQ(to_text(1234567.12345, number(5)), "1,234,567.12345");
}

TEST(ToText, WritesAMinusButNotBeforeZero) {
  EXPECT_EQ(to_text(-1234.5, seconds(1)), "\u22121,234.5\u00a0s");
  EXPECT_EQ(to_text(-0.001, number(1)), "0.0");
}

TEST(ToText, ShowsADashForWhatIsNoNumber) {
  EXPECT_EQ(to_text(std::numeric_limits<double>::quiet_NaN(), percent()), "\u2013");
  EXPECT_EQ(to_text(std::numeric_limits<double>::infinity(), number()), "\u2013");
}

}  // namespace
}  // namespace kennel::report

#include "compute/line_metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::compute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LineMetric, TakesTheFirstGroupOfEveryMatch) {
  const LineMetric metric("loss: ([-0-9.e]+)");
  EXPECT_THAT(metric.scan("loss: 0.5, valid loss: 2e-3"), ElementsAre(0.5, 2e-3));
  EXPECT_THAT(metric.scan("loss: -"), IsEmpty());
  EXPECT_THAT(metric.scan("nothing"), IsEmpty());
}

TEST(LineMetric, WithAFaultNothingMatches) {
  EXPECT_THAT(LineMetric("loss: (").scan("loss: 1"), IsEmpty());
}

TEST(RegexFault, IsNoneOfAGroupForTheValue) {
  EXPECT_FALSE(find_regex_fault("loss=([0-9.]+)"));
  EXPECT_THAT(find_regex_fault("loss=(").value(), HasSubstr("no regular expression"));
  EXPECT_THAT(find_regex_fault("loss=.*").value(), HasSubstr("no group"));
}

}  // namespace
}  // namespace kennel::compute

#include "tune/warm_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::tune {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Space kSpace{{"rate", ContinuousRange{0.01, 0.1}}, {"kind", CategoricalRange{{"a", "b"}}}};

TEST(WarmStartTest, TrialsOfTheSameSpaceAreTakenAsTheyAre) {
  const auto start = map_trials(kSpace, {{{{"rate", "0.05"}, {"kind", "b"}}, 0.7}}, {});
  ASSERT_EQ(start.trials.size(), 1U);
  EXPECT_EQ(start.trials[0].configuration, (Configuration{0.05, "b"}));
  EXPECT_EQ(start.trials[0].best(), 0.7);
  EXPECT_TRUE(start.notes.empty());
}

TEST(WarmStartTest, WhatIsOutsideNowIsLeftOutAndSaid) {
  const auto start = map_trials(kSpace,
                                {{{{"rate", "0.5"}, {"kind", "b"}}, 0.7},
                                 {{{"rate", "0.05"}, {"kind", "c"}}, 0.7},
                                 {{{"rate", "0.02"}, {"kind", "a"}}, 0.6}},
                                {});
  ASSERT_EQ(start.trials.size(), 1U);
  EXPECT_THAT(start.notes, ElementsAre(HasSubstr("rate has another range now: 1 of 3"),
                                       HasSubstr("kind has another range now: 1 of 3")));
}

TEST(WarmStartTest, ANewParameterHadItsDefaultAndAnOldOneIsForgotten) {
  const auto start =
      map_trials(kSpace, {{{{"rate", "0.05"}, {"gone", "9"}}, 0.7}}, {{"kind", "b"}});
  ASSERT_EQ(start.trials.size(), 1U);
  EXPECT_EQ(start.trials[0].configuration[1], Value("b"));
  EXPECT_THAT(start.notes, ElementsAre(HasSubstr("kind is new")));
}

}  // namespace
}  // namespace kennel::tune

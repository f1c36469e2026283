#include "tune/early_stopping.h"

#include <gtest/gtest.h>

namespace kennel::tune {
namespace {

Trial ended(std::vector<double> losses) {
  return {.state = TrialState::kCompleted,
          .epochs = static_cast<int>(losses.size()),
          .losses = std::move(losses)};
}

Trial running(std::vector<double> losses) { return {.epochs = 9, .losses = std::move(losses)}; }

const MedianRule kRule;

TEST(MedianRuleTest, AWorseTrialStopsAndSaysWhy) {
  const Trials trials{ended({4, 2, 1}), ended({6, 4, 1}), ended({8, 6, 1}), running({9, 5.5})};
  const auto verdict = should_stop(kRule, trials, 3);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->epoch, 2);
  EXPECT_EQ(verdict->loss, 5.5);
  EXPECT_EQ(verdict->median, 5) << "of the averages 3, 5 and 7 up to the second epoch";
  EXPECT_EQ(verdict->trials, 3U);
}

TEST(MedianRuleTest, AnEqualOneGoesOn) {
  const Trials trials{ended({4, 2}), ended({6, 4}), ended({8, 6}), running({9, 5})};
  EXPECT_FALSE(should_stop(kRule, trials, 3));
}

TEST(MedianRuleTest, OfAnEvenNumberTheMedianIsInTheMiddle) {
  const Trials trials{ended({1, 1}), ended({2, 2}), ended({3, 3}), ended({4, 4}),
                      running({9, 2.6})};
  EXPECT_EQ(should_stop(kRule, trials, 4)->median, 2.5);
}

TEST(MedianRuleTest, NobodyStopsInTheFirstEpochOrBeforeEnoughHaveEnded) {
  const Trials early{ended({1, 1}), ended({1, 1}), ended({1, 1}), running({9})};
  EXPECT_FALSE(should_stop(kRule, early, 3));
  const Trials few{ended({1, 1}), ended({1, 1}), running({9, 9})};
  EXPECT_FALSE(should_stop(kRule, few, 2));
}

TEST(MedianRuleTest, OnlyTrialsThatWereThereAndEndedWellCount) {
  Trials trials{ended({1, 1}), ended({1, 1}), ended({1}), running({1, 1}), running({9, 9})};
  EXPECT_FALSE(should_stop(kRule, trials, 4)) << "one was too short, one still runs";
  trials.push_back(ended({1, 1}));
  trials.back().state = TrialState::kFailed;
  EXPECT_FALSE(should_stop(kRule, trials, 4));
  trials.back().state = TrialState::kCompleted;
  EXPECT_TRUE(should_stop(kRule, trials, 4));
}

TEST(TrialTest, ItsBestIsTheBestOfAllItsEpochs) {
  const Trial trial = running({3, std::numeric_limits<double>::quiet_NaN(), 1, 2});
  EXPECT_EQ(trial.best(), 1);
  EXPECT_EQ(trial.best_within(2), 3);
  EXPECT_FALSE(running({}).best());
}

}  // namespace
}  // namespace kennel::tune

#include "trials/trial_record.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kennel::trials {
namespace {

using tune::TrialState;

const Objective kLoss{"valid loss", false};
const Objective kScore{"valid top-1", true};

TrialRecords after(const std::vector<Event>& events) {
  TrialRecords trials;
  for (const Event& event : events) EXPECT_TRUE(apply_event(event, trials));
  return trials;
}

TEST(TrialRecordTest, EventsMakeATrial) {
  const auto trials = after({Begun{1, {0.5}, 3, 1.0}, EpochDone{1, 1, 0.4}, EpochDone{1, 2, 0.2},
                             EpochDone{1, 3, 0.3}, Ended{1, TrialState::kCompleted, "", 4.0}});
  ASSERT_EQ(trials.size(), 1U);
  EXPECT_EQ(trials[0].best(kLoss), 0.2);
  EXPECT_EQ(trials[0].best_epoch(kLoss), 2);
  EXPECT_EQ(trials[0].best(kScore), 0.4);
  EXPECT_EQ(trials[0].state, TrialState::kCompleted);
  EXPECT_EQ(trials[0].seconds, 3.0);
}

TEST(TrialRecordTest, ATrialThatPausedGoesOn) {
  const auto trials =
      after({Begun{1, {0.5}, 1, 0}, EpochDone{1, 1, 0.4}, Ended{1, TrialState::kPaused, "", 2},
             Continued{1, 3, 10}, EpochDone{1, 2, 0.3}, Ended{1, TrialState::kCompleted, "", 11}});
  EXPECT_EQ(trials[0].values, (std::vector<double>{0.4, 0.3}));
  EXPECT_EQ(trials[0].epochs, 3);
  EXPECT_EQ(trials[0].seconds, 3.0) << "without the pause";
}

TEST(TrialRecordTest, EpochsThatAreToldAgainTakeTheirPlaces) {
  const auto trials = after({Begun{1, {0.5}, 3, 0}, EpochDone{1, 1, 0.4}, EpochDone{1, 2, 0.3},
                             Continued{1, 3, 1}, EpochDone{1, 1, 0.41}});
  EXPECT_EQ(trials[0].values, std::vector<double>{0.41});
}

TEST(TrialRecordTest, WhatDoesNotFollowIsRefused) {
  TrialRecords trials = after({Begun{1, {0.5}, 3, 0}});
  EXPECT_FALSE(apply_event(Begun{3, {0.5}, 3, 0}, trials));
  EXPECT_FALSE(apply_event(EpochDone{2, 1, 0.4}, trials));
  EXPECT_FALSE(apply_event(EpochDone{1, 2, 0.4}, trials));
  EXPECT_FALSE(apply_event(EpochDone{1, 0, 0.4}, trials));
  EXPECT_FALSE(apply_event(Continued{0, 3, 0}, trials));
  EXPECT_TRUE(apply_event(Ended{1, TrialState::kFailed, "no luck", 0}, trials));
  EXPECT_FALSE(apply_event(Ended{1, TrialState::kFailed, "no luck", 0}, trials));
  EXPECT_FALSE(apply_event(EpochDone{1, 1, 0.4}, trials));
}

TEST(TrialRecordTest, TheBestIsOneThatDidNotFail) {
  const double nan = std::nan("");
  const auto trials = after({Begun{1, {0.5}, 3, 0}, EpochDone{1, 1, 0.4}, Begun{2, {0.5}, 3, 0},
                             EpochDone{2, 1, 0.1}, Ended{2, TrialState::kFailed, "no luck", 0},
                             Begun{3, {0.5}, 3, 0}, EpochDone{3, 1, nan}, EpochDone{3, 2, 0.3}});
  EXPECT_EQ(find_best(trials, kLoss), 2U);
  EXPECT_EQ(find_best(trials, kScore), 0U);
  EXPECT_FALSE(find_best({}, kLoss));
}

TEST(TrialRecordTest, StrategiesSeeLosses) {
  const auto trials = after({Begun{1, {0.5}, 3, 0}, EpochDone{1, 1, 0.9}});
  EXPECT_EQ(to_trials(trials, kScore)[0].losses, std::vector<double>{-0.9});
  EXPECT_EQ(to_trials(trials, kLoss)[0].losses, std::vector<double>{0.9});
}

}  // namespace
}  // namespace kennel::trials

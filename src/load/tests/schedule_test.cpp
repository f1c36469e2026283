#include "load/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace kennel::load {
namespace {

using namespace std::chrono_literals;

// The numbers of what counts among all that can be taken at these moments.
std::vector<std::uint64_t> counted(Schedule& schedule, const std::vector<Moment>& moments) {
  std::vector<std::uint64_t> numbers;
  for (const Moment now : moments) {
    const auto turn = schedule.take(now);
    if (turn && turn->counts) numbers.push_back(turn->number);
  }
  return numbers;
}

TEST(ClosedLoop, HasARequestDueWheneverOneIsWanted) {
  Schedule schedule({.warm_up = 0s, .duration = 1s});
  for (const Moment now : {0ms, 0ms, 10ms, 999ms}) {
    const auto turn = schedule.take(now);
    ASSERT_TRUE(turn);
    EXPECT_EQ(turn->due, now);
    EXPECT_TRUE(turn->counts);
  }
  EXPECT_FALSE(schedule.take(1s));
  EXPECT_EQ(schedule.count_waiting(1s), 0U);
}

TEST(ClosedLoop, CountsNothingOfTheWarmUp) {
  Schedule schedule({.warm_up = 1s, .duration = 1s});
  EXPECT_EQ(counted(schedule, {0s, 999ms, 1s, 1999ms, 2s}), (std::vector<std::uint64_t>{2, 3}));
}

TEST(ClosedLoop, EndsAfterSoManyRequestsThatCount) {
  Schedule schedule({.warm_up = 1s, .requests = 2});
  EXPECT_EQ(counted(schedule, {0s, 1s, 2s, 3s, 4s}), (std::vector<std::uint64_t>{1, 2}));
}

TEST(OpenLoop, HasRequestsDueAtFixedMoments) {
  Schedule schedule({.rate = 10, .warm_up = 0s, .duration = 1s});
  EXPECT_EQ(schedule.take(0ms)->due, 0ms);
  EXPECT_FALSE(schedule.take(99ms));
  EXPECT_EQ(schedule.take(100ms)->due, 100ms);
  EXPECT_EQ(schedule.take(350ms)->due, 200ms);
  EXPECT_EQ(schedule.take(350ms)->due, 300ms);
  EXPECT_FALSE(schedule.take(350ms));
}

TEST(OpenLoop, HasAsManyRequestsAsTheRateSays) {
  const Schedule schedule({.rate = 10, .warm_up = 1s, .duration = 2s});
  EXPECT_EQ(schedule.find_due(29), 2900ms);
  EXPECT_FALSE(schedule.find_due(30));
  const Schedule slow({.rate = 0.1, .warm_up = 0s, .duration = 15s});
  EXPECT_EQ(slow.find_due(1), 10s);
  EXPECT_FALSE(slow.find_due(2));
}

TEST(OpenLoop, CountsWhatIsDueAfterTheWarmUpHoweverLateItIsBegun) {
  Schedule schedule({.rate = 2, .warm_up = 1s, .duration = 1s});
  EXPECT_EQ(counted(schedule, {1900ms, 1900ms, 1900ms, 1900ms, 1900ms}),
            (std::vector<std::uint64_t>{2, 3}));
}

TEST(OpenLoop, EndsAfterSoManyRequestsThatCount) {
  Schedule schedule({.rate = 10, .warm_up = 200ms, .requests = 2});
  EXPECT_EQ(schedule.find_due(3), 300ms);
  EXPECT_FALSE(schedule.find_due(4));
  EXPECT_EQ(counted(schedule, {0s, 1s, 1s, 1s, 1s, 1s}), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(schedule.count_waiting(1s), 0U);
}

TEST(OpenLoop, KnowsWhatWasDueAndNotBegun) {
  Schedule schedule({.rate = 10, .warm_up = 200ms, .duration = 1s});
  EXPECT_EQ(schedule.count_waiting(150ms), 0U);  // none of these counts
  EXPECT_EQ(schedule.count_waiting(450ms), 3U);
  EXPECT_EQ(schedule.count_waiting(1h), 10U);
  EXPECT_EQ(counted(schedule, {450ms, 450ms, 450ms}).size(), 1U);
  EXPECT_EQ(schedule.count_waiting(450ms), 2U);
  EXPECT_FALSE(schedule.take(1200ms));  // nothing is begun after the end
  EXPECT_EQ(schedule.count_waiting(1h), 9U);
}

TEST(OpenLoop, KeepsItsMomentsAtEveryRate) {
  for (const double rate : {0.3, 7.0, 333.0, 1234.5, 100'000.0}) {
    Schedule schedule({.rate = rate, .warm_up = 3s, .duration = 7s});
    const std::uint64_t all = schedule.count_waiting(1h);
    const std::uint64_t with_warm_up = all + counted(schedule, {}).size();
    EXPECT_NEAR(static_cast<double>(with_warm_up), 7 * rate, 1) << rate;
  }
}

TEST(Plan, IsDoneInTimeOrInRequests) {
  const Schedule timed({.warm_up = 1s, .duration = 3s});
  EXPECT_DOUBLE_EQ(timed.progress(1s), 0.25);
  EXPECT_DOUBLE_EQ(timed.progress(1h), 1);
  Schedule counted({.warm_up = 0s, .requests = 4});
  EXPECT_TRUE(counted.take(1s));
  EXPECT_DOUBLE_EQ(counted.progress(1h), 0.25);
}

}  // namespace
}  // namespace kennel::load

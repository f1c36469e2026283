#include "tune/halving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tune/tests/games.h"

namespace kennel::tune {
namespace {

using ::testing::ElementsAre;

Search search_of(Strategy strategy, int epochs, int trials) {
  return {.space = {{"x", ContinuousRange{0, 1}}},
          .strategy = strategy,
          .trials_max = trials,
          .epochs = epochs};
}

double loss_of(const Configuration& one, int epoch) {
  return std::get<double>(one[0]) + 1.0 / epoch;
}

Trial paused(double loss, int epochs) {
  Trial trial{.configuration = {0.5}, .state = TrialState::kPaused, .epochs = epochs};
  trial.losses.assign(static_cast<std::size_t>(epochs), loss);
  return trial;
}

TEST(HalvingTest, RungsLeadToAllEpochs) {
  EXPECT_THAT(rungs_of(search_of(Strategy::kAsha, 9, 9)), ElementsAre(1, 3, 9));
  EXPECT_THAT(rungs_of(search_of(Strategy::kAsha, 15, 9)), ElementsAre(2, 5, 15));
  EXPECT_THAT(rungs_of(search_of(Strategy::kAsha, 1, 9)), ElementsAre(1));
  Search search = search_of(Strategy::kAsha, 27, 9);
  search.epochs_min = 4;
  EXPECT_THAT(rungs_of(search), ElementsAre(9, 27));
}

TEST(HalvingTest, HyperbandHasBracketsThatBeginHigherWithFewerTrials) {
  const Search search = search_of(Strategy::kHyperband, 9, 100);
  std::vector<std::size_t> begins;
  for (std::size_t place = 0; place < 18; ++place) begins.push_back(first_rung(search, place));
  EXPECT_THAT(begins, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 0));
}

TEST(HalvingTest, AshaTakesOnWhoeverIsAmongTheBestSoFar) {
  const Search search = search_of(Strategy::kAsha, 9, 100);
  Trials trials{paused(0.5, 1), paused(0.3, 1)};
  EXPECT_FALSE(find_promotion(search, trials));
  trials.push_back(paused(0.4, 1));
  const auto found = find_promotion(search, trials);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->trial, 1U);
  EXPECT_EQ(found->epochs, 3);
  trials[1] = paused(0.2, 3);
  EXPECT_FALSE(find_promotion(search, trials)) << "the best of three is gone already";
}

TEST(HalvingTest, HyperbandWaitsForAllOfARung) {
  const Search search = search_of(Strategy::kHyperband, 9, 100);
  Trials trials(9, paused(0.5, 1));
  trials[4] = paused(0.1, 1);
  trials[8].state = TrialState::kRunning;
  trials[8].losses.clear();
  EXPECT_FALSE(find_promotion(search, trials));
  trials[8].state = TrialState::kFailed;
  const auto found = find_promotion(search, trials);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->trial, 4U);
}

TEST(HalvingTest, OneInThreeGoesOn) {
  const Trials trials = play(search_of(Strategy::kAsha, 9, 27), loss_of, 1);
  const auto reached = [&](std::size_t epochs) {
    return std::ranges::count_if(trials,
                                 [&](const Trial& one) { return one.losses.size() >= epochs; });
  };
  EXPECT_EQ(reached(1), 27);
  EXPECT_NEAR(static_cast<double>(reached(3)), 9, 5);  // some went on before better ones came
  EXPECT_GE(reached(9), 2);
}

TEST(HalvingTest, TheBestTrialGetsAllEpochs) {
  for (const Strategy strategy : {Strategy::kAsha, Strategy::kHyperband}) {
    const Trials trials = play(search_of(strategy, 9, 17), loss_of, 2);
    const auto best = std::ranges::min_element(
        trials, std::ranges::less(), [](const Trial& one) { return one.best_within(1).value(); });
    EXPECT_EQ(best->state, TrialState::kCompleted) << to_name(strategy);
  }
}

TEST(HalvingTest, OfTooFewTheBestIsFinishedAllTheSame) {
  const Trials trials = play(search_of(Strategy::kAsha, 9, 2), loss_of, 1);
  const auto whole = std::ranges::count(trials, TrialState::kCompleted, &Trial::state);
  EXPECT_EQ(whole, 1);
}

}  // namespace
}  // namespace kennel::tune

#include "tune/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

#include "tune/grid.h"
#include "tune/tests/games.h"

namespace kennel::tune {
namespace {

using ::testing::HasSubstr;

constexpr std::array kAll{Strategy::kRandom, Strategy::kGrid, Strategy::kBayesian,
                          Strategy::kHyperband, Strategy::kAsha};

Search small_search(Strategy strategy) {
  return {.space = {{"x", ContinuousRange{-5, 10}},
                    {"y", IntegerRange{0, 15}},
                    {"kind", CategoricalRange{{"a", "b"}}}},
          .strategy = strategy,
          .trials_max = 12,
          .epochs = 9};
}

// Lowest at x = 1, y = 4, kind = b; better with every epoch.
double loss_of(const Configuration& one, int epoch) {
  const double x = std::get<double>(one[0]) - 1;
  const auto y = static_cast<double>(std::get<std::int64_t>(one[1]) - 4);
  return x * x + y * y + (one[2] == Value("b") ? 0 : 3) + 1.0 / epoch;
}

TEST(SearchTest, EveryStrategyComesToItsEnd) {
  for (const Strategy strategy : kAll) {
    for (const std::size_t parallel : {1U, 3U}) {
      const Search search = small_search(strategy);
      const Trials trials = play(search, loss_of, parallel);
      EXPECT_LE(trials.size(), 12U) << to_name(strategy);
      EXPECT_GE(trials.size(), 8U) << to_name(strategy);
      const auto whole = [](const Trial& one) { return one.state == TrialState::kCompleted; };
      EXPECT_TRUE(std::ranges::any_of(trials, whole)) << to_name(strategy);
      EXPECT_TRUE(std::ranges::none_of(trials, &Trial::is_running));
    }
  }
}

TEST(SearchTest, TheSameSeedGivesTheSameProposals) {
  for (const Strategy strategy : kAll) {
    Search search = small_search(strategy);
    const Trials trials = play(search, loss_of, 1);
    const Trials half(trials.begin(), trials.begin() + 5);
    EXPECT_EQ(propose(search, half, 3), propose(search, half, 3));
    if (strategy == Strategy::kGrid) continue;
    const auto one = propose(search, {}, 1);
    search.seed = 2;
    EXPECT_NE(propose(search, {}, 1), one) << to_name(strategy);
  }
}

TEST(SearchTest, NothingIsTriedTwiceWhereThereIsMore) {
  for (const Strategy strategy : kAll) {
    Search search{.space = {{"x", IntegerRange{1, 4}}, {"y", CategoricalRange{{"a", "b", "c"}}}},
                  .strategy = strategy,
                  .trials_max = 12,
                  .epochs = 1};
    const Trials trials = play(search, [](const auto&, int) { return 1.0; }, 2);
    std::set<Configuration> met;
    for (const Trial& trial : trials) met.insert(trial.configuration);
    EXPECT_EQ(met.size(), 12U) << to_name(strategy);
  }
}

TEST(SearchTest, AKnownConfigurationComesFirst) {
  for (const Strategy strategy : kAll) {
    if (strategy == Strategy::kGrid) continue;
    Search search = small_search(strategy);
    search.first = Configuration{1.5, std::int64_t{3}, "b"};
    const auto proposals = propose(search, {}, 2);
    EXPECT_EQ(proposals[0].configuration, *search.first);
    EXPECT_NE(proposals[1].configuration, *search.first);
  }
}

TEST(SearchTest, EqualAndFewOutcomesBreakNoStrategy) {
  for (const Strategy strategy : kAll) {
    const Search search = small_search(strategy);
    EXPECT_GE(play(search, [](const auto&, int) { return 0.25; }, 2).size(), 8U);
    const auto whole_numbers = [](const Configuration& one, int epoch) {
      return std::floor(loss_of(one, epoch) / 50);
    };
    EXPECT_GE(play(search, whole_numbers, 1).size(), 8U) << to_name(strategy);
  }
}

TEST(SearchTest, ItGoesOnAfterTrialsThatFail) {
  for (const Strategy strategy : kAll) {
    const Search search = small_search(strategy);
    const auto nan = [](const Configuration& one, int epoch) {
      return std::get<double>(one[0]) > 2 ? std::nan("") : loss_of(one, epoch);
    };
    EXPECT_GE(play(search, nan, 2).size(), 8U) << to_name(strategy);
    const auto never = [](const auto&, int) { return std::nan(""); };
    EXPECT_GE(play(search, never, 2).size(), 8U) << to_name(strategy);
  }
}

TEST(SearchTest, AGridHasTheEndsAndAllCategories) {
  const Search search{.space = {{"x", ContinuousRange{1, 3}},
                                {"y", IntegerRange{1, 2}},
                                {"kind", CategoricalRange{{"a", "b"}}}},
                      .strategy = Strategy::kGrid,
                      .trials_max = 14};
  EXPECT_EQ(count_grid_points(search), 12U);
  std::set<Configuration> met;
  for (const Proposal& one : propose(search, {}, 100)) met.insert(one.configuration);
  EXPECT_EQ(met.size(), 12U);
  for (const double x : {1.0, 2.0, 3.0}) {
    for (const std::int64_t y : {1, 2}) {
      for (const char* kind : {"a", "b"}) EXPECT_TRUE(met.contains({x, y, kind}));
    }
  }
}

TEST(SearchTest, AGridThatIsTooLargeIsRefused) {
  const Search search{.space = {{"kind", CategoricalRange{{"a", "b", "c"}}}},
                      .strategy = Strategy::kGrid,
                      .trials_max = 2};
  EXPECT_THAT(validate(search).error().message, HasSubstr("the grid has 3 points"));
}

TEST(SearchTest, WhatCannotBeIsNamed) {
  Search search = small_search(Strategy::kAsha);
  search.trials_max = 0;
  EXPECT_THAT(validate(search).error().message, HasSubstr("at least one trial"));
  search = small_search(Strategy::kAsha);
  search.epochs = 0;
  EXPECT_THAT(validate(search).error().message, HasSubstr("at least one epoch"));
  search = small_search(Strategy::kAsha);
  search.reduction = 1;
  EXPECT_THAT(validate(search).error().message, HasSubstr("reduction"));
  search = small_search(Strategy::kAsha);
  search.epochs_min = 10;
  EXPECT_THAT(validate(search).error().message, HasSubstr("1 to 9"));
  EXPECT_THAT(parse_strategy("guess").error().message, HasSubstr("\"guess\""));
}

}  // namespace
}  // namespace kennel::tune

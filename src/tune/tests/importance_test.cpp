#include "tune/importance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tune/tests/games.h"

namespace kennel::tune {
namespace {

const Space kSpace{{"much", ContinuousRange{0, 1}},
                   {"some", ContinuousRange{0, 1}},
                   {"nothing", CategoricalRange{{"a", "b"}}}};

double loss_of(const Configuration& one, int) {
  return 5 * std::sin(3 * std::get<double>(one[0])) + std::get<double>(one[1]);
}

Trials played(int trials, const Game& game) {
  return play({.space = kSpace, .strategy = Strategy::kRandom, .trials_max = trials, .epochs = 1},
              game, 1);
}

TEST(ImportanceTest, WhatMattersMoreHasTheLargerPart) {
  const auto parts = importance(kSpace, played(40, loss_of));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_GT(parts[0], 0.7);
  EXPECT_GT(parts[0], 5 * parts[1]);
  EXPECT_GT(parts[1], parts[2]);
  EXPECT_LT(parts[2], 0.05);
}

TEST(ImportanceTest, FewOrEqualOutcomesTellNothing) {
  EXPECT_TRUE(importance(kSpace, {}).empty());
  EXPECT_TRUE(importance(kSpace, played(3, loss_of)).empty());
  EXPECT_TRUE(importance(kSpace, played(10, [](const auto&, int) { return 1.0; })).empty());
  EXPECT_TRUE(importance(kSpace, played(10, [](const auto&, int) { return NAN; })).empty());
}

TEST(SurfaceTest, IsLowWhereLossesAre) {
  const auto values = surface(kSpace, played(40, loss_of), {0.5, 0.5, "a"}, 0, 1, 4, 3);
  ASSERT_EQ(values.size(), 12U);
  EXPECT_LT(values[0], values[2]) << "along the first parameter";
  EXPECT_LT(values[0], values[8]) << "along the second";
}

}  // namespace
}  // namespace kennel::tune

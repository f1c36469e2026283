#include "tune/bayesian.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "tune/gaussian_process.h"
#include "tune/minimize.h"
#include "tune/tests/games.h"

namespace kennel::tune {
namespace {

const Space kPlane{{"x", ContinuousRange{-5, 10}}, {"y", ContinuousRange{0, 15}}};
const Space kLine{{"x", ContinuousRange{0, 1}}};

double branin(const Configuration& one, int) {
  constexpr double kPi = std::numbers::pi;
  const double x = std::get<double>(one[0]);
  const double y = std::get<double>(one[1]);
  const double bow = y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
  return bow * bow + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
}

double best_of(const Trials& trials) {
  double best = std::numeric_limits<double>::infinity();
  for (const Trial& trial : trials) best = std::min(best, trial.best().value_or(best));
  return best;
}

std::vector<Observation> observe(const std::function<double(double)>& function, int count) {
  std::vector<Observation> observations;
  for (int place = 0; place < count; ++place) {
    const double at = (place + 0.5) / count;
    observations.push_back({{at}, function(at)});
  }
  return observations;
}

TEST(MinimizeTest, FindsTheBottomOfABentValley) {
  const Smooth rosenbrock = [](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    const double rise = at[1] - at[0] * at[0];
    gradient[0] = -400 * at[0] * rise - 2 * (1 - at[0]);
    gradient[1] = 200 * rise;
    return 100 * rise * rise + (1 - at[0]) * (1 - at[0]);
  };
  const Eigen::VectorXd found = minimize(rosenbrock, Eigen::Vector2d(-1.2, 1), 200);
  EXPECT_NEAR(found[0], 1, 1e-4);
  EXPECT_NEAR(found[1], 1, 1e-4);
}

TEST(GaussianProcessTest, GoesThroughWhatIsKnownAndIsUnsureElsewhere) {
  const auto observations = observe([](double x) { return std::sin(6 * x); }, 7);
  const GaussianProcess process(kLine, observations);
  EXPECT_LT(process.at({0.5}).deviation, 0.2);
  EXPECT_GT(process.at({1.0}).deviation, process.at({0.92}).deviation);
  EXPECT_LT(process.at({0.786}).mean, process.at({0.5}).mean);
  EXPECT_NEAR(process.best_mean(), process.at({11.0 / 14}).mean, 1e-9);
}

TEST(GaussianProcessTest, NoiseIsNotMistakenForProgress) {
  base::Random random(3);
  std::vector<Observation> observations;
  for (int count = 0; count < 60; ++count) {
    const double at = random.uniform();
    observations.push_back({{at}, (at - 0.5) * (at - 0.5) * 4 + 0.3 * random.normal()});
  }
  const auto luckiest = std::ranges::min_element(observations, {}, &Observation::loss);
  double lowest = std::numeric_limits<double>::infinity();
  const GaussianProcess process(kLine, observations);
  for (const Observation& one : observations) lowest = std::min(lowest, process.at(one.point).mean);
  EXPECT_NEAR(process.best_mean(), lowest, 1e-9);
  EXPECT_GT(process.at(luckiest->point).mean, -1.6) << "far from its standardized outcome";
}

TEST(GaussianProcessTest, WhatMattersHasTheShorterScale) {
  base::Random random(5);
  std::vector<Observation> observations;
  for (int count = 0; count < 40; ++count) {
    const Point point{random.uniform(), random.uniform()};
    observations.push_back({point, std::sin(9 * point[1])});
  }
  const auto scales = GaussianProcess(kPlane, observations).length_scales();
  EXPECT_GT(scales[0], 5 * scales[1]);
}

TEST(GaussianProcessTest, CategoriesHaveNoOrder) {
  const Space space{{"kind", CategoricalRange{{"a", "b", "c"}}}, {"x", ContinuousRange{0, 1}}};
  std::vector<Observation> observations;
  for (const double x : {0.0, 0.3, 0.6, 0.9}) {
    observations.push_back({point_of(space, {"a", x}), 0.0});
    observations.push_back({point_of(space, {"b", x}), 5.0});
  }
  const GaussianProcess process(space, observations);
  EXPECT_LT(process.at(point_of(space, {"a", 0.45})).mean,
            process.at(point_of(space, {"b", 0.45})).mean);
  EXPECT_GT(process.at(point_of(space, {"c", 0.45})).deviation,
            process.at(point_of(space, {"b", 0.45})).deviation);
}

TEST(ExpectedImprovementTest, IsWhatItIsDefinedAs) {
  const double root = std::sqrt(2 * std::numbers::pi);
  EXPECT_NEAR(std::exp(log_expected_improvement(0, 1, 0)), 1 / root, 1e-12);
  EXPECT_NEAR(std::exp(log_expected_improvement(0, 1e-9, 3)), 3, 1e-9);
  EXPECT_NEAR(std::exp(log_expected_improvement(1, 2, 0)),
              2 * (std::exp(-0.125) / root - 0.5 * 0.3085375387259869), 1e-9);
}

TEST(ExpectedImprovementTest, FallsOnWhereItIsNextToNothing) {
  double before = log_expected_improvement(0, 1, 0);
  for (double mean = 0.5; mean < 60; mean += 0.5) {
    const double next = log_expected_improvement(mean, 1, 0);
    ASSERT_TRUE(std::isfinite(next)) << mean;
    EXPECT_LT(next, before) << mean;
    before = next;
  }
}

TEST(BayesianTest, FindsABetterPlaceThanRandomSearch) {
  int better = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Search search{.space = kPlane, .trials_max = 25, .epochs = 1, .seed = seed};
    const double found = best_of(play(search, branin, 1));
    EXPECT_LT(found, 1.5) << seed;  // the lowest is 0.398, the mean of the plane 54
    search.strategy = Strategy::kRandom;
    if (found < best_of(play(search, branin, 1))) ++better;
  }
  EXPECT_GE(better, 9);
}

TEST(BayesianTest, ProposalsThatRunAtOnceDiffer) {
  const Search search{.space = kPlane, .trials_max = 40, .epochs = 1};
  Trials trials = play({.space = kPlane, .trials_max = 12, .epochs = 1}, branin, 1);
  const auto proposals = propose(search, trials, 4);
  ASSERT_EQ(proposals.size(), 4U);
  double farthest = 0;
  for (std::size_t one = 0; one < 4; ++one) {
    const Point at = point_of(kPlane, proposals[one].configuration);
    for (std::size_t other = one + 1; other < 4; ++other) {
      EXPECT_NE(proposals[one], proposals[other]);
      const Point there = point_of(kPlane, proposals[other].configuration);
      farthest = std::max(farthest, std::hypot(at[0] - there[0], at[1] - there[1]));
    }
  }
  EXPECT_GT(farthest, 0.1);
}

TEST(BayesianTest, IsNotBlindedByALossThatIsFarBeyondAllOthers) {
  const Game cliff = [](const Configuration& one, int epoch) {
    const double loss = branin(one, epoch);
    return loss > 100 ? 1e9 : loss;
  };
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Search search{.space = kPlane, .trials_max = 25, .epochs = 1, .seed = seed};
    if (best_of(play(search, cliff, 1)) < 1.5) ++found;
  }
  EXPECT_GE(found, 4);
}

TEST(BayesianTest, LearnsFromEarlierSearches) {
  const Trials earlier = play({.space = kPlane, .trials_max = 30, .epochs = 1}, branin, 1);
  const Search search{.space = kPlane, .trials_max = 3, .epochs = 1, .seed = 7, .earlier = earlier};
  EXPECT_LT(best_of(play(search, branin, 1)), 1.5);
}

}  // namespace
}  // namespace kennel::tune

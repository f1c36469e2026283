#include "tune/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace kennel::tune {
namespace {

using ::testing::HasSubstr;

const Space kSpace{{"learning_rate", ContinuousRange{1e-4, 1e-1}},
                   {"batch_size", IntegerRange{16, 64}},
                   {"momentum", ContinuousRange{0.5, 0.999, Scaling::kReverseLogarithmic}},
                   {"optimizer", CategoricalRange{{"sgd", "adam", "adamw"}}}};

double number(const Value& value) { return std::get<double>(value); }

TEST(SpaceTest, BothEndsOfARangeAreReached) {
  for (const Parameter& parameter : kSpace) {
    if (const auto* range = std::get_if<ContinuousRange>(&parameter.range)) {
      EXPECT_DOUBLE_EQ(number(value_at(*range, 0)), range->low);
      EXPECT_DOUBLE_EQ(number(value_at(*range, 1)), range->high);
    }
  }
  EXPECT_EQ(value_at(kSpace[1].range, 0), Value(std::int64_t{16}));
  EXPECT_EQ(value_at(kSpace[1].range, 1), Value(std::int64_t{64}));
  EXPECT_EQ(value_at(kSpace[3].range, 0), Value("sgd"));
  EXPECT_EQ(value_at(kSpace[3].range, 1), Value("adamw"));
}

TEST(SpaceTest, AWideRangeIsLogarithmicByItself) {
  EXPECT_NEAR(number(value_at(kSpace[0].range, 0.5)), std::sqrt(1e-4 * 1e-1), 1e-8);
  EXPECT_NEAR(number(value_at(ContinuousRange{0, 100}, 0.5)), 50, 1e-12);
  EXPECT_NEAR(number(value_at(ContinuousRange{1, 10}, 0.5)), 5.5, 1e-12);
}

TEST(SpaceTest, AReverseLogarithmIsFineNearOne) {
  const double middle = number(value_at(kSpace[2].range, 0.5));
  EXPECT_NEAR(1 - middle, std::sqrt(0.5 * 0.001), 1e-6);
}

TEST(SpaceTest, ValuesComeBackFromTheirCoordinates) {
  for (double at = 0; at <= 1; at += 0.01) {
    const Configuration there = configuration_at(kSpace, Point(kSpace.size(), at));
    EXPECT_EQ(configuration_at(kSpace, point_of(kSpace, there)), there) << at;
  }
}

TEST(SpaceTest, IntegersHaveEqualShares) {
  std::map<std::int64_t, int> met;
  for (int step = 0; step < 4000; ++step) {
    ++met[std::get<std::int64_t>(value_at(IntegerRange{1, 4}, (step + 0.5) / 4000))];
  }
  EXPECT_EQ(met.size(), 4U);
  for (const auto& [value, count] : met) EXPECT_NEAR(count, 1000, 2) << value;
}

TEST(SpaceTest, WhatIsOutsideIsTakenForTheNearestEnd) {
  EXPECT_EQ(coordinate_of(ContinuousRange{0, 1}, Value(7.0)), 1);
  EXPECT_EQ(coordinate_of(ContinuousRange{0, 1}, Value(-7.0)), 0);
  EXPECT_EQ(coordinate_of(CategoricalRange{{"a", "b"}}, Value("c")), 0.5);
}

TEST(SpaceTest, ARangeOfOneValueIsOne) {
  EXPECT_EQ(value_at(IntegerRange{3, 3}, 0.9), Value(std::int64_t{3}));
  EXPECT_EQ(value_at(ContinuousRange{2, 2, Scaling::kLogarithmic}, 0.1), Value(2.0));
}

TEST(SpaceTest, ValuesAreShortToRead) {
  EXPECT_EQ(to_text(value_at(kSpace[0].range, 0.37)), "0.00128825");
  EXPECT_EQ(to_text(kSpace, configuration_at(kSpace, {0, 0, 0, 0})),
            "learning_rate=0.0001 batch_size=16 momentum=0.5 optimizer=sgd");
}

struct Wrong {
  Space space;
  std::string says;
};

TEST(SpaceTest, WhatCannotBeSearchedIsNamed) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Wrong> wrong{
      {{}, "no parameter"},
      {{{"", IntegerRange{1, 2}}}, "no name"},
      {{{"a", IntegerRange{1, 2}}, {"a", IntegerRange{1, 2}}}, "a is there twice"},
      {{{"a", IntegerRange{2, 1}}}, "the range 2:1 of a must begin with its lower end"},
      {{{"a", ContinuousRange{nan, 1}}}, "two numbers"},
      {{{"a", ContinuousRange{0, 1, Scaling::kLogarithmic}}}, "no logarithm"},
      {{{"a", ContinuousRange{0, 1, Scaling::kReverseLogarithmic}}}, "not within 0 and 1"},
      {{{"a", CategoricalRange{}}}, "a has no values"},
      {{{"a", CategoricalRange{{"x", "x"}}}}, "\"x\" twice"}};
  for (const Wrong& one : wrong) {
    const auto outcome = validate(one.space);
    ASSERT_FALSE(outcome) << one.says;
    EXPECT_THAT(outcome.error().message, HasSubstr(one.says));
  }
  EXPECT_TRUE(validate(kSpace));
}

TEST(SpaceTest, ScalingsHaveNames) {
  for (const char* name : {"auto", "linear", "log", "reverse-log"}) {
    EXPECT_EQ(to_name(parse_scaling(name).value()), name);
  }
  EXPECT_THAT(parse_scaling("cubic").error().message, HasSubstr("\"cubic\""));
}

}  // namespace
}  // namespace kennel::tune

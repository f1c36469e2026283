#include "engine/range_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace kennel::engine {
namespace {

std::vector<float> normal_numbers(std::size_t count, double deviation, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(deviation * random.normal());
  return numbers;
}

network::ValueRange best_range(const std::vector<float>& numbers) {
  RangeMeter meter;
  meter.add(numbers);
  return meter.best_range();
}

double squared_error(const std::vector<float>& numbers, const network::ValueRange& range) {
  const auto exact = with_zero_on_a_level(range);
  const double step = (exact.high - exact.low) / 255.0;
  double sum = 0;
  for (const float number : numbers) {
    const double kept = std::clamp<double>(std::round(number / step) * step, exact.low, exact.high);
    sum += (number - kept) * (number - kept);
  }
  return sum;
}

TEST(RangeMeter, SeesTheSmallestAndTheLargest) {
  RangeMeter meter;
  meter.add(std::vector<float>{0.5F, -3, 7});
  meter.add(std::vector<float>{100});
  EXPECT_EQ(meter.low(), -3);
  EXPECT_EQ(meter.high(), 100);
  EXPECT_EQ(meter.count(), 4U);
}

TEST(RangeMeter, KeepsZeroForNumbersAboveIt) {
  const auto range = best_range({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(range.low, 0);
  EXPECT_NEAR(range.high, 6, 0.3);
}

TEST(RangeMeter, CutsOffWhatIsRareAndFarOut) {
  auto numbers = normal_numbers(100000, 1, 1);
  numbers.push_back(12);
  const auto range = best_range(numbers);
  EXPECT_LT(range.high, 11);
  EXPECT_LT(squared_error(numbers, range), squared_error(numbers, {range.low, 12}));
}

TEST(RangeMeter, KeepsWhatIsFarOutAndFrequent) {
  auto numbers = normal_numbers(1000, 1, 1);
  numbers.insert(numbers.end(), 1000, 12.0F);
  EXPECT_NEAR(best_range(numbers).high, 12, 0.2);
}

TEST(RangeMeter, TellsTheSameInAnyOrderAndPieces) {
  const auto small = normal_numbers(5000, 0.01, 1);
  const auto large = normal_numbers(5000, 300, 2);
  RangeMeter first;
  first.add(small);
  first.add(large);
  RangeMeter second;
  RangeMeter third;
  second.add(large);
  third.add(small);
  third.add(second);
  EXPECT_EQ(first.best_range(), third.best_range());
  EXPECT_EQ(first.count(), third.count());
}

TEST(RangeMeter, HasARangeWhereThereIsNothingButZeros) {
  EXPECT_EQ(best_range(std::vector<float>(10, 0.0F)), (network::ValueRange{0, 1}));
  EXPECT_EQ(best_range({}), (network::ValueRange{0, 1}));
}

TEST(RangeMeter, LeavesOutWhatIsNoNumber) {
  const float infinite = std::numeric_limits<float>::infinity();
  RangeMeter meter;
  meter.add(std::vector<float>{1, std::nanf(""), infinite, -infinite});
  EXPECT_EQ(meter.high(), 1);
  EXPECT_EQ(meter.count(), 1U);
}

TEST(RangeMeter, BearsTheLargestNumbersThereAre) {
  const float largest = std::numeric_limits<float>::max();
  const auto range = best_range({-largest, largest, 1});
  EXPECT_LE(range.low, 0);
  EXPECT_TRUE(std::isfinite(range.high));
}

TEST(WithZeroOnALevel, MovesARangeByLessThanALevel) {
  const network::ValueRange range{-1, 2.7F};
  const auto exact = with_zero_on_a_level(range);
  const float step = (exact.high - exact.low) / 255;
  EXPECT_NEAR(std::round(exact.low / step), exact.low / step, 1e-3);
  EXPECT_NEAR(exact.low, range.low, step);
  EXPECT_NEAR(exact.high, range.high, step);
}

TEST(WithZeroOnALevel, LeavesARangeThatBeginsAtZero) {
  const auto exact = with_zero_on_a_level({0, 6});
  EXPECT_EQ(exact.low, 0);
  EXPECT_FLOAT_EQ(exact.high, 6);
}

}  // namespace
}  // namespace kennel::engine

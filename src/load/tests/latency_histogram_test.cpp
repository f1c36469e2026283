#include "load/latency_histogram.h"

#include <gtest/gtest.h>

#include <numeric>

#include "load/histogram_text.h"

namespace kennel::load {
namespace {

using namespace std::chrono_literals;

LatencyHistogram histogram_of(const std::vector<Moment>& latencies) {
  LatencyHistogram histogram;
  for (const Moment latency : latencies) histogram.add(latency);
  return histogram;
}

std::uint64_t count_of(const std::vector<LatencyRange>& ranges) {
  return std::accumulate(
      ranges.begin(), ranges.end(), std::uint64_t{0},
      [](std::uint64_t sum, const LatencyRange& range) { return sum + range.count; });
}

TEST(LatencyHistogram, KnowsEveryQuantileToAQuarterOfAHundredth) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.add(i * 17us);
  for (const double q : {0.0001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = 17e3 * 10'000 * q;
    const auto found = static_cast<double>(histogram.quantile(q).count());
    EXPECT_GE(found, exact * (1 - 1e-9)) << q;
    EXPECT_LE(found, exact * 1.004) << q;
  }
  EXPECT_EQ(histogram.quantile(1), 170ms);
}

TEST(LatencyHistogram, KnowsItsEndsAndItsMean) {
  const auto histogram = histogram_of({3ms, 1ms, 8ms});
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.min(), 1ms);
  EXPECT_EQ(histogram.max(), 8ms);
  EXPECT_EQ(histogram.mean(), 4ms);
}

TEST(LatencyHistogram, TakesWhatIsVeryShortAndVeryLong) {
  const auto histogram = histogram_of({0ns, 1ns, 255ns, 256ns, 511ns, 512ns, 100h});
  EXPECT_EQ(histogram.quantile(0.1), 0ns);
  EXPECT_EQ(histogram.quantile(0.5), 256ns);
  EXPECT_EQ(histogram.quantile(1), 100h);
  EXPECT_EQ(count_of(histogram.ranges(16)), 7U);
}

TEST(LatencyHistogram, OfNothingIsNothing) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  EXPECT_EQ(histogram.mean(), 0ns);
  EXPECT_TRUE(histogram.ranges(16).empty());
}

TEST(LatencyRanges, AreAsFineAsThereIsRoom) {
  const auto narrow = histogram_of({10ms, 11ms}).ranges(16);
  const auto wide = histogram_of({10ms, 11ms, 5s}).ranges(16);
  EXPECT_LT(narrow[0].to_ms / narrow[0].from_ms, 1.03);
  EXPECT_GT(wide[0].to_ms / wide[0].from_ms, 1.4);
  for (const auto& ranges : {narrow, wide}) {
    EXPECT_LE(ranges.size(), 16U);
    EXPECT_LE(ranges.front().from_ms, 10);
    for (std::size_t at = 1; at < ranges.size(); ++at) {
      EXPECT_DOUBLE_EQ(ranges[at].from_ms, ranges[at - 1].to_ms);
    }
  }
  EXPECT_GT(wide.back().to_ms, 5000);
  EXPECT_EQ(count_of(wide), 3U);
}

TEST(LatencyRanges, HoldEachLatencyInItsPlace) {
  const auto ranges = histogram_of({1ms, 1ms, 1ms, 100ms}).ranges(16);
  EXPECT_EQ(ranges.front().count, 3U);
  EXPECT_EQ(ranges.back().count, 1U);
  EXPECT_EQ(count_of(ranges), 4U);
}

TEST(HistogramLines, DrawBarsAsLongAsTheirCounts) {
  const auto lines = histogram_lines({{1, 1.26, 400}, {1.26, 1.58, 0}, {1.58, 2, 1}, {2, 20, 200}});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "1.00 - 1.26 ms  " + std::string(40, '#') + "  400");
  EXPECT_EQ(lines[1], "1.26 - 1.58 ms  " + std::string(40, ' ') + "  0");
  EXPECT_EQ(lines[2], "1.58 - 2.00 ms  #" + std::string(39, ' ') + "  1");
  EXPECT_EQ(lines[3], "2.00 - 20.0 ms  " + std::string(20, '#') + std::string(20, ' ') + "  200");
  EXPECT_TRUE(histogram_lines({}).empty());
}

}  // namespace
}  // namespace kennel::load

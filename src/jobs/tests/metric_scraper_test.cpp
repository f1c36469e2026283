#include "jobs/metric_scraper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const TimePoint kNow{std::chrono::seconds(1'800'000'000)};

using Definitions = std::vector<MetricDefinition>;

std::vector<double> scan(MetricScraper& scraper, std::string_view line) {
  std::vector<double> values;
  for (const MetricValue& value : scraper.scan(line, kNow)) values.push_back(value.value);
  return values;
}

TEST(MetricScraper, TakesTheFirstGroupOfEveryMatch) {
  MetricScraper scraper(Definitions{{"loss", "loss=([^ ]+)"}});
  EXPECT_THAT(scan(scraper, "loss=0.5 then loss=1e-3"), ElementsAre(0.5, 0.001));
  EXPECT_THAT(scan(scraper, "nothing here"), IsEmpty());
}

TEST(MetricScraper, TakesNumbersOnly) {
  MetricScraper scraper(Definitions{{"loss", "loss=([^ ]*)"}});
  for (const char* line : {"loss=", "loss=abc", "loss=nan", "loss=inf", "loss=1.5x"}) {
    EXPECT_THAT(scan(scraper, line), IsEmpty()) << line;
  }
  EXPECT_THAT(scan(scraper, "loss=-2"), ElementsAre(-2));
  EXPECT_THAT(scan(scraper, "loss=+2"), ElementsAre(2));
}

TEST(MetricScraper, TellsTheLastValueOfEach) {
  MetricScraper scraper(Definitions{{"a", "a=([0-9]+)"}, {"b", "b=([0-9]+)"}, {"c", "c=([0-9]+)"}});
  (void)scraper.scan("a=1 b=2", kNow);
  (void)scraper.scan("a=3", kNow + std::chrono::seconds(1));
  const auto last = scraper.last_values();
  ASSERT_THAT(last, SizeIs(2));
  EXPECT_EQ(last[0].value, 3);
  EXPECT_EQ(last[0].time, kNow + std::chrono::seconds(1));
  EXPECT_EQ(last[1].value, 2);
}

TEST(MetricScraper, ComplainsOfManyValuesAndFewDistinctOnes) {
  MetricScraper scraper(Definitions{{"divided", "d=([0-9]+)"}, {"fine", "f=([0-9.]+)"}});
  for (int i = 0; i < 10; ++i) (void)scraper.scan(fmt::format("d={} f=0.{}", i / 6, i), kNow);
  EXPECT_THAT(scraper.complaints(), ElementsAre(HasSubstr("\"divided\" had 10 values and only 2")));
}

TEST(MetricScraper, IsNotHeldUpByAPatternThatBacktracks) {
  MetricScraper scraper(Definitions{{"slow", "^(a+)+$"}});
  EXPECT_THAT(scan(scraper, std::string(60, 'a') + "!"), IsEmpty());
}

TEST(MetricScraper, TakesNothingFromALineThatIsTooLong) {
  MetricScraper scraper(Definitions{{"loss", "loss=([0-9]+)"}});
  constexpr std::size_t kLineBytesMax = 16384;
  std::string line = "loss=1";
  line.append(kLineBytesMax - line.size(), ' ');
  EXPECT_THAT(scan(scraper, line), ElementsAre(1));
  EXPECT_THAT(scan(scraper, line + ' '), IsEmpty());
}

}  // namespace
}  // namespace kennel::jobs

#include "observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <thread>
#include <vector>

namespace kennel::observe {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

TEST(Histogram, CountsInTheFirstBucketThatIsWideEnough) {
  Histogram histogram;
  histogram.observe(0us);
  histogram.observe(250us);
  histogram.observe(251us);
  histogram.observe(2h);
  EXPECT_EQ(histogram.count(0), 2U);
  EXPECT_EQ(histogram.count(1), 1U);
  EXPECT_EQ(histogram.count(Histogram::kBoundsUs.size()), 1U);
  EXPECT_EQ(histogram.sum(), 2h + 501us);
}

TEST(Metrics, CountRequestsByOutcome) {
  Metrics metrics;
  metrics.count_request({"sts", "GetCallerIdentity", "", 200, 1ms});
  metrics.count_request({"sts", "GetCallerIdentity", "", 200, 2ms});
  metrics.count_request({"sts", "GetCallerIdentity", "AccessDenied", 403, 1ms});
  const std::string text = metrics.to_prometheus();
  EXPECT_THAT(text, HasSubstr("kennel_requests_total{service=\"sts\",operation="
                              "\"GetCallerIdentity\",code=\"Success\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("code=\"AccessDenied\",status=\"403\"} 1\n"));
}

TEST(Metrics, ShowLatenciesAsCumulativeBuckets) {
  Metrics metrics;
  metrics.count_request({"sts", "A", "", 200, 400us});
  metrics.count_request({"sts", "A", "", 200, 700us});
  metrics.count_request({"sts", "A", "", 500, 90s});
  const std::string text = metrics.to_prometheus();
  const std::string name = "kennel_request_duration_seconds";
  const std::string labels = "service=\"sts\",operation=\"A\"";
  EXPECT_THAT(text, HasSubstr("# TYPE " + name + " histogram\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"0.00025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"60\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{" + labels + "} 90.0011\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count{" + labels + "} 3\n"));
}

TEST(Metrics, ShowGaugesAndNamedNumbers) {
  Metrics metrics;
  metrics.requests_in_flight().add(3);
  metrics.requests_in_flight().subtract();
  metrics.connections().set(7);
  Counter& commits = metrics.counter("kennel_commits_total", "Commits.");
  commits.add(5);
  metrics.gauge("kennel_waiting", "One\nline \\ \"two\".").set(-1);
  EXPECT_EQ(&metrics.counter("kennel_commits_total", "Commits."), &commits);
  const std::string text = metrics.to_prometheus();
  EXPECT_THAT(text, HasSubstr("\nkennel_requests_in_flight 2\n"));
  EXPECT_THAT(text, HasSubstr("\nkennel_connections 7\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE kennel_commits_total counter\nkennel_commits_total 5\n"));
  EXPECT_THAT(text, HasSubstr("# HELP kennel_waiting One\\nline \\\\ \"two\".\n"));
  EXPECT_THAT(text, HasSubstr("\nkennel_waiting -1\n"));
}

TEST(Metrics, EscapeWhatStandsInLabels) {
  Metrics metrics;
  metrics.count_request({"a\\b", "c\"d", "e\nf", 400, 1ms});
  EXPECT_THAT(metrics.to_prometheus(),
              HasSubstr(R"({service="a\\b",operation="c\"d",code="e\nf",status="400"} 1)"));
}

TEST(Metrics, KeepToTheTextFormat) {
  Metrics metrics;
  metrics.count_request({"a\\b", "c\"d", "e\nf", 400, 1ms});
  metrics.count_request({"s3", "GetObject", "", 200, 1ms});
  (void)metrics.counter("kennel_things_total", "Things.");
  const std::string name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  const std::string label = R"re([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")re";
  const std::regex line("# HELP " + name + " .*|# TYPE " + name + " (counter|gauge|histogram)|" +
                        name + R"((\{)" + label + "(," + label + R"()*\})? (-?[0-9.e+-]+|\+Inf))");
  const std::string text = metrics.to_prometheus();
  ASSERT_EQ(text.back(), '\n');
  std::istringstream lines(text);
  int count = 0;
  for (std::string one; std::getline(lines, one); ++count) {
    EXPECT_TRUE(std::regex_match(one, line)) << one;
  }
  EXPECT_GT(count, 40);
}

TEST(Metrics, CountWhatIsTooManyAsOther) {
  Metrics metrics;
  for (std::size_t number = 0; number < Metrics::kSeriesMax + 10; ++number) {
    metrics.count_request({"s", "operation" + std::to_string(number), "", 200, 1ms});
  }
  const std::string text = metrics.to_prometheus();
  EXPECT_THAT(text, HasSubstr("service=\"other\",operation=\"other\",code=\"Success\","
                              "status=\"200\"} 10\n"));
  EXPECT_THAT(text, Not(HasSubstr("operation4096")));
}

TEST(Metrics, LoseNothingThatManyThreadsCount) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 2000;
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int request = 0; request < kRequests; ++request) {
        metrics.count_request({"s", request % 2 == 0 ? "A" : "B", "", 200, 1ms});
        metrics.counter("kennel_things_total", "Things.").add();
      }
    });
  }
  (void)metrics.to_prometheus();
  for (std::thread& thread : threads) thread.join();
  const std::string text = metrics.to_prometheus();
  EXPECT_THAT(text, HasSubstr("operation=\"A\",code=\"Success\",status=\"200\"} 4000\n"));
  EXPECT_THAT(text, HasSubstr("kennel_things_total 8000\n"));
}

}  // namespace
}  // namespace kennel::observe

#include "load/findings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kennel::load {
namespace {

using namespace std::chrono_literals;
using http::ClientErrorKind;

constexpr Outcome kGood{.answer = 200, .sent_bytes = 100, .received_bytes = 10};

// Three good answers and three failures, from second 2 on.
Tally some_tally() {
  Tally tally;
  tally.begin(2s);
  tally.add(2s, 2s + 10ms, kGood);
  tally.add(2s, 2s + 30ms, kGood);
  tally.add(2s, 3s, {.answer = 503, .sent_bytes = 100});
  tally.add(3s, 5s + 500ms, kGood);
  tally.add(3s, 6s, {.answer = ClientErrorKind::kTimeout});
  tally.add(3s, 6s, {.answer = 503, .sent_bytes = 100});
  return tally;
}

TEST(Outcome, IsGoodWithAStatusOfSuccess) {
  EXPECT_TRUE(is_good({.answer = 200}));
  EXPECT_TRUE(is_good({.answer = 299}));
  EXPECT_FALSE(is_good({.answer = 301}));
  EXPECT_FALSE(is_good({.answer = 503}));
  EXPECT_FALSE(is_good({.answer = ClientErrorKind::kRefused}));
}

TEST(Tally, CountsByKind) {
  const Tally tally = some_tally();
  EXPECT_EQ(tally.good(), 3U);
  EXPECT_EQ(tally.failed(), 3U);
  EXPECT_EQ(tally.errors(), (std::map<std::string, std::uint64_t>{{"503", 2}, {"timeout", 1}}));
  EXPECT_EQ(tally.sent_bytes(), 500U);
  EXPECT_EQ(tally.received_bytes(), 30U);
}

TEST(Tally, HasTheLatenciesOfTheGoodAnswersFromWhenTheyWereDue) {
  const Tally tally = some_tally();
  EXPECT_EQ(tally.latencies().count(), 3U);
  EXPECT_EQ(tally.latencies().min(), 10ms);
  EXPECT_EQ(tally.latencies().max(), 2500ms);
}

TEST(Tally, MeasuresThroughputFromTheFirstDueToTheLastEnd) {
  EXPECT_DOUBLE_EQ(some_tally().seconds(), 4);
  EXPECT_DOUBLE_EQ(some_tally().good_per_second(), 0.75);
  EXPECT_DOUBLE_EQ(Tally().good_per_second(), 0);
}

TEST(Tally, TellsWhatEndedInEachSecond) {
  const auto seconds = some_tally().timeline();
  ASSERT_EQ(seconds.size(), 5U);
  EXPECT_EQ(seconds[0].good, 2U);
  EXPECT_EQ(seconds[0].p50, 10ms);
  EXPECT_EQ(seconds[0].p99, 30ms);
  EXPECT_EQ(seconds[1].failed, 1U);
  EXPECT_EQ(seconds[2].good + seconds[2].failed, 0U);
  EXPECT_EQ(seconds[3].p99, 2500ms);
  EXPECT_EQ(seconds[4].failed, 2U);
  EXPECT_TRUE(Tally().timeline().empty());
}

Findings some_findings() {
  Findings findings{.url = "http://a/invocations", .connections = 8, .tally = some_tally()};
  findings.plan.duration = 4s;
  findings.cpu_seconds = 0.25;
  return findings;
}

TEST(Findings, AreOneJsonObject) {
  const auto json = to_json(some_findings());
  EXPECT_EQ(json["loop"], "closed");
  EXPECT_TRUE(json["rate"].is_null());
  EXPECT_EQ(json["requests"], 6);
  EXPECT_EQ(json["errors"]["503"], 2);
  EXPECT_EQ(json["good_per_second"], 0.75);
  EXPECT_EQ(json["latency_ms"]["max"], 2500.0);
  EXPECT_EQ(json["cpu_seconds"], 0.25);
  EXPECT_EQ(json["timeline"].size(), 5U);
  std::uint64_t counted = 0;
  for (const auto& range : json["histogram"]) counted += range["count"].get<std::uint64_t>();
  EXPECT_EQ(counted, 3U);
}

TEST(Findings, AreAPage) {
  const std::string page = report_html(some_findings());
  for (const char* part : {"Latency, ms", "Throughput", "timeout", "closed loop, 8 connections"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

TEST(Findings, AreAPageWhereThereIsNothing) {
  EXPECT_NE(report_html({.url = "http://a/"}).find("No request failed."), std::string::npos);
}

TEST(Findings, DescribeTheirLoop) {
  Findings findings = some_findings();
  findings.connections = 1;
  EXPECT_EQ(describe_loop(findings), "closed loop, 1 connection");
  findings.plan.rate = 2.5;
  EXPECT_EQ(describe_loop(findings), "open loop, 2.5 requests a second, at most 1 connection");
}

}  // namespace
}  // namespace kennel::load

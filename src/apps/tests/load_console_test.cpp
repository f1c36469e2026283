#include "apps/load_console.h"

#include <gmock/gmock.h>

namespace kennel::apps {
namespace {

using namespace std::chrono_literals;
using load::Findings;
using load::Tally;
using testing::ElementsAre;
using testing::IsEmpty;

// Two good answers after 10 ms, and a timeout, within 2 s.
Tally some_tally() {
  Tally tally;
  tally.begin(1s);
  tally.add(1s, 1010ms, {.answer = 200, .sent_bytes = 1024, .received_bytes = 2});
  tally.add(2s, 2010ms, {.answer = 200, .sent_bytes = 1024, .received_bytes = 2});
  tally.add(1s, 3s, {.answer = http::ClientErrorKind::kTimeout});
  return tally;
}

TEST(LoadLine, ShowsTheRateAndTheLatencySoFar) {
  EXPECT_EQ(load_line({0.5, 3900ms, some_tally()}),
            "load  [##############--------------]  3 s  1/s  p99 10 ms  1 failed");
}

TEST(LoadLine, ShowsTheTimeAloneDuringTheWarmUp) {
  EXPECT_EQ(load_line({0, 900ms, Tally()}), "load  [----------------------------]  0 s");
}

TEST(LoadSummary, HasFiguresAndBars) {
  const auto lines = load_summary(
      {.url = "http://a/", .connections = 1, .tally = some_tally(), .connections_opened = 2});
  EXPECT_THAT(
      lines,
      ElementsAre("http://a/: closed loop, 1 connection", "1.0 good answers a second: 2 in 2.00 s",
                  "latency: p50 10 ms, p90 10 ms, p99 10 ms, max 10 ms",
                  "sent 2.0 KiB, received 4 B, 2 connections opened, own CPU time 0.00 s", "",
                  "  10.0 - 10.3 ms  " + std::string(40, '#') + "  2"));
}

TEST(LoadSummary, SaysThatItWasInterrupted) {
  EXPECT_EQ(load_summary({.interrupted = true})[1],
            "0.0 good answers a second: 0 in 0.00 s, interrupted");
}

TEST(LoadComplaints, NameWhatWentWrong) {
  Findings findings{.connections = 4, .tally = some_tally(), .not_begun = 7};
  findings.plan.rate = 2.5;
  EXPECT_THAT(load_complaints(findings),
              ElementsAre("1 of 3 requests failed: 1 x timeout",
                          "7 requests were due and not begun by the end: 4 connections did not do "
                          "for --rate 2.5"));
  EXPECT_EQ(load_complaints({}).size(), 1U);  // nothing was measured
  EXPECT_THAT(load_complaints({.interrupted = true}), IsEmpty());
}

}  // namespace
}  // namespace kennel::apps

#include "apps/load_console.h"

#include <fmt/format.h>

#include <cmath>

#include "apps/progress_bar.h"
#include "base/bytes.h"
#include "load/histogram_text.h"

namespace kennel::apps {
namespace {

using load::Findings;
using load::Tally;

constexpr std::size_t kRangesMax = 16;

std::string to_latency(load::Moment latency) {
  return fmt::format("{:.4g} ms", load::to_ms(latency));
}

std::string errors_of(const Tally& tally) {
  std::string text;
  for (const auto& [name, count] : tally.errors()) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, name);
  }
  return text;
}

}  // namespace

std::string load_line(const load::Progress& progress) {
  const Tally& tally = progress.tally;
  std::string line = fmt::format("load  {}  {:.0f} s", bar_of(progress.part),
                                 std::floor(load::to_seconds(progress.now)));
  if (tally.ended() == 0) return line;
  line += fmt::format("  {:.0f}/s  p99 {}", tally.good_per_second(),
                      to_latency(tally.latencies().quantile(0.99)));
  if (tally.failed() > 0) line += fmt::format("  {} failed", tally.failed());
  return line;
}

std::vector<std::string> load_summary(const Findings& findings) {
  const Tally& tally = findings.tally;
  const load::LatencyHistogram& latencies = tally.latencies();
  std::vector<std::string> lines{
      fmt::format("{}: {}", findings.url, load::describe_loop(findings)),
      fmt::format("{:.1f} good answers a second: {} in {:.2f} s{}", tally.good_per_second(),
                  tally.good(), tally.seconds(), findings.interrupted ? ", interrupted" : "")};
  if (tally.good() > 0) {
    lines.push_back(fmt::format("latency: p50 {}, p90 {}, p99 {}, max {}",
                                to_latency(latencies.quantile(0.5)),
                                to_latency(latencies.quantile(0.9)),
                                to_latency(latencies.quantile(0.99)), to_latency(latencies.max())));
  }
  lines.push_back(fmt::format("sent {}, received {}, {} connections opened, own CPU time {:.2f} s",
                              base::to_human_size(tally.sent_bytes()),
                              base::to_human_size(tally.received_bytes()),
                              findings.connections_opened, findings.cpu_seconds));
  const auto bars = load::histogram_lines(latencies.ranges(kRangesMax));
  if (!bars.empty()) lines.emplace_back();
  for (const std::string& bar : bars) lines.push_back("  " + bar);
  return lines;
}

std::vector<std::string> load_complaints(const Findings& findings) {
  const Tally& tally = findings.tally;
  std::vector<std::string> lines;
  if (tally.failed() > 0) {
    lines.push_back(fmt::format("{} of {} requests failed: {}", tally.failed(), tally.ended(),
                                errors_of(tally)));
  }
  if (findings.not_begun > 0) {
    lines.push_back(
        fmt::format("{} requests were due and not begun by the end: {} connections did not do for "
                    "--rate {:g}",
                    findings.not_begun, findings.connections, *findings.plan.rate));
  }
  if (tally.ended() == 0 && !findings.interrupted) {
    lines.push_back("no request was begun after the warm-up: give a longer --duration");
  }
  return lines;
}

}  // namespace kennel::apps

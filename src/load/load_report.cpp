#include <fmt/format.h>

#include "load/findings.h"
#include "report/page.h"

namespace kennel::load {

namespace {

constexpr std::size_t kRangesMax = 40;

std::string to_latency(Moment latency) { return fmt::format("{:.4g} ms", to_ms(latency)); }

std::vector<report::Headline> headlines(const Findings& findings) {
  const Tally& tally = findings.tally;
  const LatencyHistogram& latencies = tally.latencies();
  return {{"throughput", fmt::format("{:.4g}/s", tally.good_per_second()),
           fmt::format("{} good answers in {:.1f} s", tally.good(), tally.seconds())},
          {"p50", to_latency(latencies.quantile(0.5)),
           fmt::format("p90 {}", to_latency(latencies.quantile(0.9)))},
          {"p99", to_latency(latencies.quantile(0.99)),
           fmt::format("max {}", to_latency(latencies.max()))},
          {"failed", std::to_string(tally.failed()), fmt::format("of {} requests", tally.ended())}};
}

report::BarChart histogram(const Tally& tally) {
  report::BarChart chart{.title = "Latency, ms",
                         .value_label = "good answers",
                         .direction = report::Direction::kVertical};
  for (const LatencyRange& range : tally.latencies().ranges(kRangesMax)) {
    chart.bars.push_back({fmt::format("{:.3g} - {:.3g}", range.from_ms, range.to_ms),
                          static_cast<double>(range.count)});
  }
  return chart;
}

// Without the last second where it is not whole: it would look as if the server had been slower.
std::vector<Second> whole_seconds(const Tally& tally) {
  std::vector<Second> seconds = tally.timeline();
  if (seconds.size() > 1) seconds.pop_back();
  return seconds;
}

report::Series series(std::string name, const std::vector<Second>& seconds,
                      double (*value)(const Second&)) {
  report::Series line{.name = std::move(name)};
  for (const Second& second : seconds) {
    line.x.push_back(static_cast<double>(line.x.size()));
    line.y.push_back(value(second));
  }
  return line;
}

report::LineChart throughput(const Tally& tally) {
  const auto seconds = whole_seconds(tally);
  const auto good = [](const Second& second) { return static_cast<double>(second.good); };
  const auto failed = [](const Second& second) { return static_cast<double>(second.failed); };
  return {.title = "Throughput",
          .x_label = "second",
          .y_label = "answers a second",
          .series = {series("good", seconds, good), series("failed", seconds, failed)},
          .format = report::number(0),
          .width = report::Width::kHalf};
}

report::LineChart latency(const Tally& tally) {
  const auto seconds = whole_seconds(tally);
  const auto p50 = [](const Second& second) { return to_ms(second.p50); };
  const auto p99 = [](const Second& second) { return to_ms(second.p99); };
  return {.title = "Latency",
          .x_label = "second",
          .y_label = "ms",
          .series = {series("p50", seconds, p50), series("p99", seconds, p99)},
          .format = report::number(2),
          .width = report::Width::kHalf};
}

report::Block errors(const Findings& findings) {
  if (findings.tally.errors().empty()) return report::Note{"No request failed."};
  report::Table table{.title = "What went wrong",
                      .columns = {report::text_column("status or error"),
                                  report::number_column("requests", report::number())}};
  for (const auto& [name, count] : findings.tally.errors()) {
    table.rows.push_back({name, static_cast<double>(count)});
  }
  return table;
}

report::KeyValues setting(const Findings& findings) {
  const Tally& tally = findings.tally;
  return {.title = "How it was measured",
          .entries = {{"endpoint", findings.url},
                      {"load", describe_loop(findings)},
                      {"warm-up", fmt::format("{:g} s", to_seconds(findings.plan.warm_up))},
                      {"connections opened", std::to_string(findings.connections_opened)},
                      {"sent again", std::to_string(findings.resent)},
                      {"due, but not begun", std::to_string(findings.not_begun)},
                      {"unfinished", std::to_string(findings.unfinished)},
                      {"sent", base::to_human_size(tally.sent_bytes())},
                      {"received", base::to_human_size(tally.received_bytes())},
                      {"own CPU time", fmt::format("{:.3f} s", findings.cpu_seconds)}}};
}

}  // namespace

std::string report_html(const Findings& findings) {
  const Tally& tally = findings.tally;
  report::Page page{.title = "Load", .subtitle = findings.url, .headlines = headlines(findings)};
  page.sections.push_back(
      {.title = "Latency",
       .lead = "Of the good answers, from the moment that each request was due.",
       .blocks = {histogram(tally)}});
  page.sections.push_back({.title = "Over time", .blocks = {throughput(tally), latency(tally)}});
  page.sections.push_back({.title = "Setting", .blocks = {errors(findings), setting(findings)}});
  if (findings.interrupted) {
    page.sections.front().blocks.insert(
        page.sections.front().blocks.begin(),
        report::Note{"It was interrupted: this is what there was.", report::Tone::kWarning});
  }
  page.footer = "kennel " KENNEL_VERSION;
  return report::to_html(page);
}

}  // namespace kennel::load

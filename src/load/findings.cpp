#include "load/findings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kennel::load {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kRangesMax = 40;

ordered_json latencies_of(const LatencyHistogram& latencies) {
  return {{"min", to_ms(latencies.min())},          {"mean", to_ms(latencies.mean())},
          {"p50", to_ms(latencies.quantile(0.5))},  {"p90", to_ms(latencies.quantile(0.9))},
          {"p99", to_ms(latencies.quantile(0.99))}, {"p999", to_ms(latencies.quantile(0.999))},
          {"max", to_ms(latencies.max())}};
}

ordered_json histogram_of(const LatencyHistogram& latencies) {
  auto all = ordered_json::array();
  for (const LatencyRange& range : latencies.ranges(kRangesMax)) {
    all.push_back({{"from_ms", range.from_ms}, {"to_ms", range.to_ms}, {"count", range.count}});
  }
  return all;
}

ordered_json timeline_of(const Tally& tally) {
  auto all = ordered_json::array();
  for (const Second& second : tally.timeline()) {
    all.push_back({{"good", second.good},
                   {"failed", second.failed},
                   {"p50_ms", to_ms(second.p50)},
                   {"p99_ms", to_ms(second.p99)}});
  }
  return all;
}

ordered_json errors_of(const Tally& tally) {
  auto all = ordered_json::object();
  for (const auto& [name, count] : tally.errors()) all[name] = count;
  return all;
}

}  // namespace

std::string describe_loop(const Findings& findings) {
  const int connections = findings.connections;
  if (!findings.plan.rate) {
    return fmt::format("closed loop, {} connection{}", connections, connections == 1 ? "" : "s");
  }
  return fmt::format("open loop, {:g} requests a second, at most {} connection{}",
                     *findings.plan.rate, connections, connections == 1 ? "" : "s");
}

ordered_json to_json(const Findings& findings) {
  const Tally& tally = findings.tally;
  const std::optional<double> rate = findings.plan.rate;
  ordered_json object{{"url", findings.url}, {"loop", rate ? "open" : "closed"}};
  object["rate"] = rate ? ordered_json(*rate) : ordered_json();
  object.update({{"connections", findings.connections},
                 {"connections_opened", findings.connections_opened},
                 {"warm_up_seconds", to_seconds(findings.plan.warm_up)},
                 {"seconds", tally.seconds()},
                 {"requests", tally.ended()},
                 {"good", tally.good()},
                 {"failed", tally.failed()},
                 {"errors", errors_of(tally)},
                 {"not_begun", findings.not_begun},
                 {"unfinished", findings.unfinished},
                 {"resent", findings.resent},
                 {"interrupted", findings.interrupted},
                 {"good_per_second", tally.good_per_second()},
                 {"latency_ms", latencies_of(tally.latencies())},
                 {"sent_bytes", tally.sent_bytes()},
                 {"received_bytes", tally.received_bytes()},
                 {"cpu_seconds", findings.cpu_seconds},
                 {"histogram", histogram_of(tally.latencies())},
                 {"timeline", timeline_of(tally)}});
  return object;
}

}  // namespace kennel::load

// Latencies as bars of characters, for a terminal. Pure.
#pragma once

#include <string>
#include <vector>

#include "load/latency_histogram.h"

namespace kennel::load {

// A line a range: "  10.0 -  11.2 ms  ##########  123".
[[nodiscard]] std::vector<std::string> histogram_lines(const std::vector<LatencyRange>& ranges);

}  // namespace kennel::load

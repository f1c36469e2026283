// How fast a packaged network is on this machine, in several precisions.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "engine/precision.h"
#include "network/package.h"

namespace kennel::engine {

struct SpeedOptions {
  int threads = 1;  // each with a stream of its own, as many photos are classified
  int rounds = 7;
  double seconds_a_round = 0.3;  // about
};

// Images a second, the median of all rounds, one number a precision; the network alone, without
// decoding. Rounds take turns, so that all precisions see the same machine.
[[nodiscard]] base::Result<std::vector<double>> measure_speeds(
    const network::Package& package, std::span<const Precision> precisions,
    const SpeedOptions& options, const base::Clock& clock);

}  // namespace kennel::engine

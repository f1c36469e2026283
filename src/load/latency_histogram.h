// Latencies in so little room that there may be any number of them: each is known to within 0.4 %,
// never below what it was. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "load/schedule.h"

namespace kennel::load {

struct LatencyRange {
  double from_ms = 0;
  double to_ms = 0;
  std::uint64_t count = 0;
};

class LatencyHistogram {
 public:
  void add(Moment latency);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Moment min() const { return min_; }  // of none: 0, as all of these
  [[nodiscard]] Moment max() const { return max_; }
  [[nodiscard]] Moment mean() const;
  // The latency that a part `q` (0 to 1) of all did not exceed.
  [[nodiscard]] Moment quantile(double q) const;

  // From the lowest to the highest latency in at most `ranges_max` (12 or more) ranges that are
  // equally wide on a logarithmic scale. Where they begin does not depend on the latencies, so that
  // pictures of several runs can be laid beside each other.
  [[nodiscard]] std::vector<LatencyRange> ranges(std::size_t ranges_max) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  Moment min_{0};
  Moment max_{0};
  double sum_ns_ = 0;
};

}  // namespace kennel::load

#include "load/latency_histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace kennel::load {

namespace {

// A power of two is divided into so many buckets; below it each nanosecond has its own.
constexpr unsigned kSplitBits = 8;
constexpr std::uint64_t kSplit = std::uint64_t{1} << kSplitBits;

std::size_t bucket_of(std::uint64_t ns) {
  if (ns < kSplit) return ns;
  const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - kSplitBits - 1;
  return kSplit * shift + (ns >> shift);
}

std::uint64_t highest_in(std::size_t bucket) {
  if (bucket < kSplit) return bucket;
  const std::size_t shift = bucket / kSplit - 1;
  return ((bucket - kSplit * shift + 1) << shift) - 1;
}

// Ranges begin at 10^(k / steps) ms.
std::int64_t range_of(double ms, int steps) {
  return static_cast<std::int64_t>(std::floor(std::log10(ms) * steps));
}
double begin_of(std::int64_t range, int steps) {
  return std::pow(10.0, static_cast<double>(range) / steps);
}

double to_positive_ms(Moment latency) { return to_ms(std::max(latency, Moment(1))); }

// As fine as there is room for.
int choose_steps(double min_ms, double max_ms, std::size_t ranges_max) {
  constexpr std::array<int, 6> kSteps = {80, 40, 20, 10, 5, 2};
  const auto fits = [&](int steps) {
    const auto ranges = range_of(max_ms, steps) - range_of(min_ms, steps) + 1;
    return ranges <= static_cast<std::int64_t>(ranges_max);
  };
  const auto* const found = std::ranges::find_if(kSteps, fits);
  return found == kSteps.end() ? 1 : *found;
}

}  // namespace

void LatencyHistogram::add(Moment latency) {
  latency = std::max(latency, Moment(0));
  const std::size_t bucket = bucket_of(static_cast<std::uint64_t>(latency.count()));
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  ++counts_[bucket];
  min_ = count_ == 0 ? latency : std::min(min_, latency);
  max_ = std::max(max_, latency);
  sum_ns_ += static_cast<double>(latency.count());
  ++count_;
}

Moment LatencyHistogram::mean() const {
  if (count_ == 0) return Moment(0);
  return Moment(std::llround(sum_ns_ / static_cast<double>(count_)));
}

Moment LatencyHistogram::quantile(double q) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= std::max<std::uint64_t>(rank, 1)) {
      return std::min(Moment(static_cast<std::int64_t>(highest_in(bucket))), max_);
    }
  }
  return max_;
}

std::vector<LatencyRange> LatencyHistogram::ranges(std::size_t ranges_max) const {
  if (count_ == 0) return {};
  const double min_ms = to_positive_ms(min_);
  const double max_ms = to_positive_ms(max_);
  const int steps = choose_steps(min_ms, max_ms, ranges_max);
  const std::int64_t first = range_of(min_ms, steps);
  const std::int64_t last = range_of(max_ms, steps);
  std::vector<LatencyRange> ranges;
  for (std::int64_t at = first; at <= last; ++at) {
    ranges.push_back({begin_of(at, steps), begin_of(at + 1, steps), 0});
  }
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] == 0) continue;
    const Moment highest(static_cast<std::int64_t>(highest_in(bucket)));
    const std::int64_t at = range_of(to_positive_ms(std::min(highest, max_)), steps);
    ranges[static_cast<std::size_t>(std::clamp(at, first, last) - first)].count += counts_[bucket];
  }
  return ranges;
}

}  // namespace kennel::load

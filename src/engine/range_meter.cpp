#include "engine/range_meter.h"

#include <algorithm>
#include <cmath>

namespace kennel::engine {
namespace {

using network::ValueRange;

constexpr double kSteps = 255;         // between 256 levels
constexpr int kCandidates = 60;        // for each end of the range
constexpr double kSmallestPart = 0.3;  // of what was seen, that an end is moved to
// What a range is where as good as nothing but zeros was seen.
constexpr ValueRange kAnyRange{0, 1};
constexpr float kWidthMin = 1e-20F;

double largest_magnitude(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

}  // namespace

ValueRange with_zero_on_a_level(const ValueRange& range) {
  const double step = (double{range.high} - double{range.low}) / kSteps;
  const double zero = std::round(-range.low / step);
  return {static_cast<float>(-zero * step), static_cast<float>((kSteps - zero) * step)};
}

void RangeMeter::add(std::span<const float> values) {
  cover(largest_magnitude(values));
  constexpr float kHalf = kBins / 2.0F;
  const auto scale = static_cast<float>(kHalf / reach_);
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
    const auto bin = static_cast<std::size_t>(value * scale + kHalf);
    ++bins_[std::min(bin, kBins - 1)];
    ++count_;
  }
}

void RangeMeter::add(const RangeMeter& other) {
  RangeMeter addend = other;
  cover(addend.reach_ / 2);
  while (addend.reach_ < reach_) addend.double_reach();
  for (std::size_t bin = 0; bin < kBins; ++bin) bins_[bin] += addend.bins_[bin];
  low_ = std::min(low_, addend.low_);
  high_ = std::max(high_, addend.high_);
  count_ += addend.count_;
}

ValueRange RangeMeter::best_range() const {
  if (high_ - low_ < kWidthMin) return kAnyRange;
  ValueRange best{low_, high_};
  double least = squared_error(best);
  const auto consider = [&](const ValueRange& range) {
    const double error = squared_error(range);
    if (error < least) {
      least = error;
      best = range;
    }
  };
  const auto part = [](float whole, int candidate) {
    const double cut = (1 - kSmallestPart) * candidate / kCandidates;
    return static_cast<float>(whole * (1 - cut));
  };
  for (int at = 1; at <= kCandidates; ++at) consider({low_, part(high_, at)});
  const float high = best.high;
  for (int at = 1; at <= kCandidates; ++at) consider({part(low_, at), high});
  return best;
}

// The bins reach further than `magnitude` afterwards.
void RangeMeter::cover(double magnitude) {
  while (reach_ <= magnitude) double_reach();
}

// Two bins become one, on both sides of the middle.
void RangeMeter::double_reach() {
  std::array<std::uint64_t, kBins> wider{};
  for (std::size_t bin = 0; bin < kBins; ++bin) wider[kBins / 4 + bin / 2] += bins_[bin];
  bins_ = wider;
  reach_ *= 2;
}

double RangeMeter::squared_error(const ValueRange& range) const {
  const ValueRange exact = with_zero_on_a_level(range);
  const double step = (double{exact.high} - double{exact.low}) / kSteps;
  const double width = 2 * reach_ / kBins;
  double sum = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (bins_[bin] == 0) continue;
    const double value = (static_cast<double>(bin) + 0.5) * width - reach_;
    const double rounded = std::round(value / step) * step;
    const double error = value - std::clamp<double>(rounded, exact.low, exact.high);
    sum += error * error * static_cast<double>(bins_[bin]);
  }
  return sum;
}

}  // namespace kennel::engine

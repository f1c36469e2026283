// Watches numbers go by and tells the range that 8 bits lose least of: a histogram that grows with
// what it sees. Counts only, so that the order of the numbers makes no difference.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "network/quantization.h"

namespace kennel::engine {

// The range with zero exactly on one of its 256 levels: padding and ReLU make zeros.
[[nodiscard]] network::ValueRange with_zero_on_a_level(const network::ValueRange& range);

// One thread at a time.
class RangeMeter {
 public:
  // Numbers that are not finite are left out.
  void add(std::span<const float> values);
  void add(const RangeMeter& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] float low() const { return low_; }    // at most 0
  [[nodiscard]] float high() const { return high_; }  // at least 0

  // The range within [low, high] whose 256 levels have the smallest squared error over all that was
  // seen: cutting off a few large numbers makes all others finer.
  [[nodiscard]] network::ValueRange best_range() const;

 private:
  static constexpr std::size_t kBins = 4096;  // half of them for numbers below 0

  void cover(double magnitude);
  void double_reach();
  [[nodiscard]] double squared_error(const network::ValueRange& range) const;

  std::array<std::uint64_t, kBins> bins_{};
  double reach_ = 0x1p-20;  // the bins cover [-reach, reach); a power of two
  float low_ = 0;
  float high_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace kennel::engine

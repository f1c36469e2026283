// How much every source pixel counts in a resampled one. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/transform.h"

namespace kennel::vision {

// Weights of a run of outputs along one axis, as fixed-point numbers: an output is the sum over
// its taps of source[first(i) + tap] * weight, rounded, and shifted right by kFractionBits.
class FilterWeights {
 public:
  // Leaves 8 bits for a pixel, one for the sign, and one for the overshoot of sharp filters; the
  // same as Pillow's, so that results agree to the last bit.
  static constexpr int kFractionBits = 22;

  // One axis of the resampling, of which only outputs [begin, begin + count) are wanted.
  struct Axis {
    int source_size = 0;
    int scaled_size = 0;
    int begin = 0;
    int count = 0;
  };

  FilterWeights(const Axis& axis, Filter filter);

  [[nodiscard]] int count() const { return static_cast<int>(first_.size()); }
  [[nodiscard]] int first(int output) const { return first_[static_cast<std::size_t>(output)]; }
  // In order, for source pixels first(output), first(output) + 1, ...
  [[nodiscard]] std::span<const std::int32_t> taps(int output) const;
  // Source pixels [source_begin, source_end) are all that any output reads.
  [[nodiscard]] int source_begin() const { return first_.front(); }
  [[nodiscard]] int source_end() const { return source_end_; }

 private:
  void add_output(double center, double reduction, const Axis& axis, Filter filter);

  std::vector<int> first_;
  std::vector<std::size_t> start_{0};
  std::vector<std::int32_t> weights_;
  int source_end_ = 0;
};

}  // namespace kennel::vision

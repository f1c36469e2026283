// How much every source pixel counts in a resampled one. Private to the room.
#pragma once

#include <cstdint>
#include <vector>

#include "vision/transform.h"

namespace kennel::vision {

// Weights of a run of outputs along one axis, as fixed-point numbers: an output is the sum of
// source[first(i) + tap] * weights(i)[tap] over all taps, rounded and shifted right by
// kFractionBits. Every output has the same number of taps, some of weight 0, and all of them lie
// within the source.
class FilterWeights {
 public:
  // Leaves 8 bits for a pixel, one for the sign, and one for the overshoot of sharp filters; the
  // same as Pillow's, so that results agree to the last bit.
  static constexpr int kFractionBits = 22;

  // One axis of the resampling, of which only outputs [begin, begin + count) are wanted.
  struct Axis {
    int source_size = 0;
    // The part of the source that is scaled, in pixels.
    double source_begin = 0;
    double source_length = 0;
    int scaled_size = 0;
    int begin = 0;
    int count = 0;
  };

  FilterWeights(const Axis& axis, Filter filter);

  [[nodiscard]] int count() const { return static_cast<int>(first_.size()); }
  [[nodiscard]] int taps() const { return taps_; }
  // Never falls from one output to the next.
  [[nodiscard]] int first(int output) const { return first_[static_cast<std::size_t>(output)]; }
  [[nodiscard]] const std::int32_t* weights(int output) const {
    return weights_.data() + std::ptrdiff_t{output} * taps_;
  }

 private:
  int taps_ = 0;
  std::vector<int> first_;
  std::vector<std::int32_t> weights_;
};

}  // namespace kennel::vision

// Random numbers that depend on a seed and nothing else: the same on every machine and in every
// build, which the standard library's distributions do not promise.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace kennel::base {

// A stream of numbers (SplitMix64, Steele et al. 2014). `fork` gives an independent stream by
// name, so that adding a draw in one place does not move the draws of another.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] Random fork(std::string_view name, std::uint64_t index = 0) const;

  std::uint64_t next();
  // Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Uniform in [0, count); count > 0.
  std::uint64_t below(std::uint64_t count);
  // Standard normal (Box-Muller).
  double normal();

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace kennel::base

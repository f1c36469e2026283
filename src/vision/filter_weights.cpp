#include "vision/filter_weights.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kennel::vision {
namespace {

double sinc(double x) {
  if (x == 0) return 1;
  return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// Keys 1981 with a = -0.5.
double cubic(double x) {
  constexpr double kA = -0.5;
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  return (((x - 5) * x + 8) * x - 4) * kA;
}

double find_support(Filter filter) {
  switch (filter) {
    case Filter::kBilinear:
      return 1;
    case Filter::kBicubic:
      return 2;
    case Filter::kLanczos:
      return 3;
  }
  return 1;
}

double evaluate(Filter filter, double x) {
  x = std::abs(x);
  if (x >= find_support(filter)) return 0;
  switch (filter) {
    case Filter::kBilinear:
      return 1 - x;
    case Filter::kBicubic:
      return cubic(x);
    case Filter::kLanczos:
      return sinc(x) * sinc(x / 3);
  }
  return 0;
}

// The source pixels [first, last) that one output is made of.
struct Window {
  double center = 0;
  int first = 0;
  int last = 0;
};

// Antialiasing: reducing stretches the filter over all the pixels that fall into one.
double find_stretch(const FilterWeights::Axis& axis) {
  return std::max(1.0, axis.source_length / axis.scaled_size);
}

std::vector<Window> find_windows(const FilterWeights::Axis& axis, Filter filter) {
  const double step = axis.source_length / axis.scaled_size;
  const double reach = find_support(filter) * find_stretch(axis);
  std::vector<Window> windows;
  windows.reserve(static_cast<std::size_t>(axis.count));
  for (int i = axis.begin; i < axis.begin + axis.count; ++i) {
    const double center = axis.source_begin + (i + 0.5) * step;
    windows.push_back({.center = center,
                       .first = std::max(0, static_cast<int>(center - reach + 0.5)),
                       .last = std::min(axis.source_size, static_cast<int>(center + reach + 0.5))});
  }
  return windows;
}

// Fixed-point weights that add up to 1, for the pixels of `window` in order.
void weigh(const Window& window, double stretch, Filter filter, std::int32_t* weights) {
  const auto evaluate_at = [&](int x) {
    return evaluate(filter, (x - window.center + 0.5) / stretch);
  };
  double total = 0;
  for (int x = window.first; x < window.last; ++x) total += evaluate_at(x);
  for (int x = window.first; x < window.last; ++x) {
    const double scaled = evaluate_at(x) / total * (1 << FilterWeights::kFractionBits);
    weights[x - window.first] = static_cast<std::int32_t>(std::lround(scaled));
  }
}

}  // namespace

FilterWeights::FilterWeights(const Axis& axis, Filter filter) {
  const std::vector<Window> windows = find_windows(axis, filter);
  for (const Window& window : windows) taps_ = std::max(taps_, window.last - window.first);
  weights_.resize(windows.size() * static_cast<std::size_t>(taps_));
  first_.reserve(windows.size());
  for (const Window& window : windows) {
    // At the far edge the window is shorter than the taps: it gets zeros on its left.
    const int first = std::min(window.first, axis.source_size - taps_);
    std::int32_t* const taps = weights_.data() + first_.size() * static_cast<std::size_t>(taps_);
    weigh(window, find_stretch(axis), filter, taps + (window.first - first));
    first_.push_back(first);
  }
}

}  // namespace kennel::vision

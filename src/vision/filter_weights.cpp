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

}  // namespace

FilterWeights::FilterWeights(const Axis& axis, Filter filter) {
  const double reduction = static_cast<double>(axis.source_size) / axis.scaled_size;
  first_.reserve(static_cast<std::size_t>(axis.count));
  start_.reserve(static_cast<std::size_t>(axis.count) + 1);
  for (int i = axis.begin; i < axis.begin + axis.count; ++i) {
    add_output((i + 0.5) * reduction, reduction, axis, filter);
  }
}

std::span<const std::int32_t> FilterWeights::taps(int output) const {
  const auto i = static_cast<std::size_t>(output);
  return std::span(weights_).subspan(start_[i], start_[i + 1] - start_[i]);
}

void FilterWeights::add_output(double center, double reduction, const Axis& axis, Filter filter) {
  // Antialiasing: reducing stretches the filter over all the pixels that fall into one.
  const double stretch = std::max(reduction, 1.0);
  const double support = find_support(filter) * stretch;
  const int first = std::max(0, static_cast<int>(center - support + 0.5));
  const int last = std::min(axis.source_size, static_cast<int>(center + support + 0.5));
  std::vector<double> values;
  double total = 0;
  for (int x = first; x < last; ++x) {
    values.push_back(evaluate(filter, (x - center + 0.5) / stretch));
    total += values.back();
  }
  for (const double value : values) {
    const double scaled = value / total * (1 << kFractionBits);
    weights_.push_back(static_cast<std::int32_t>(std::lround(scaled)));
  }
  first_.push_back(first);
  start_.push_back(weights_.size());
  source_end_ = std::max(source_end_, last);
}

}  // namespace kennel::vision

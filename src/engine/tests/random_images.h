// Smooth random pictures: noise alone averages out before it reaches a network's end.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "vision/image.h"

namespace kennel::engine {

inline vision::Image random_image(int width, int height, std::uint64_t seed) {
  base::Random random(seed);
  vision::Image image{width, height, {}};
  const double fx = random.uniform(0.02, 0.2);
  const double fy = random.uniform(0.02, 0.2);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const double wave = 128 + 100 * std::sin(fx * x + channel) * std::cos(fy * y);
        image.pixels.push_back(static_cast<std::uint8_t>(wave + random.uniform(-20, 20)));
      }
    }
  }
  return image;
}

// `count` images [224, 224, 3], one after the other.
inline std::vector<std::uint8_t> random_batch(int count, std::uint64_t seed) {
  std::vector<std::uint8_t> batch;
  for (int index = 0; index < count; ++index) {
    const auto image = random_image(224, 224, seed + static_cast<std::uint64_t>(index));
    batch.insert(batch.end(), image.pixels.begin(), image.pixels.end());
  }
  return batch;
}

// The largest difference, as a part of the largest value.
inline double relative_difference(std::span<const float> left, std::span<const float> right) {
  double difference = 0;
  double largest = 0;
  for (std::size_t index = 0; index < left.size(); ++index) {
    difference = std::max<double>(difference, std::abs(left[index] - right[index]));
    largest = std::max<double>(largest, std::abs(left[index]));
  }
  return difference / largest;
}

}  // namespace kennel::engine

#include "dataset/shot.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace kennel::dataset {
namespace {

void aim(Shot& shot, const Breed& breed, base::Random& random) {
  shot.pose = static_cast<Pose>(random.below(3));
  shot.head_yaw = random.below(3) == 0 ? random.uniform(0.7, 1.5) : random.uniform(-0.1, 0.5);
  shot.mirrored = random.below(2) == 1;
  shot.tilt = 0.05 * random.normal();
  const double length = breed.trunk + breed.neck + 2 * breed.head + 0.5 * breed.muzzle;
  const double tall = (shot.pose == Pose::kLying ? 0.5 : 1) * breed.leg + breed.depth + breed.neck +
                      2.6 * breed.head;
  shot.scale = random.uniform(0.62, 0.98) * std::min(shot.width / length, shot.height / tall);
  const double room_x = 0.5 * (shot.width - 0.8 * shot.scale * length);
  shot.feet.x = 0.5 * shot.width + random.uniform(-1, 1) * std::max(room_x, 0.0);
  const double highest = std::max(0.6 * shot.height, 1.02 * tall * shot.scale);
  shot.feet.y = std::min(random.uniform(highest, 1.02 * shot.height), 0.99 * shot.height);
}

// [1 2 1] / 4 along one axis: `step` values apart, in place.
void blur_along(std::vector<std::uint8_t>& pixels, std::size_t step) {
  const std::vector<std::uint8_t> sharp = pixels;
  for (std::size_t i = step; i + step < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>((sharp[i - step] + 2 * sharp[i] + sharp[i + step]) / 4);
  }
}

// Close to normal, with mean 0 and a deviation of 1: the sum of four bytes of one number.
double draw_grain(std::uint64_t bits) {
  constexpr double kMean = 4 * 127.5;
  constexpr double kDeviation = 147.8;
  const auto sum = (bits & 255) + ((bits >> 8) & 255) + ((bits >> 16) & 255) + ((bits >> 24) & 255);
  return (static_cast<double>(sum) - kMean) / kDeviation;
}

}  // namespace

Shot plan_shot(const Breed& breed, base::Random random) {
  Shot shot;
  shot.width = 240 + static_cast<int>(random.below(81));
  shot.height = static_cast<int>(shot.width * random.uniform(0.75, 1.05));
  shot.place = static_cast<Place>(random.below(6));
  shot.horizon = random.uniform(0.2, 0.55);
  aim(shot, breed, random);
  shot.brightness = random.uniform(0.72, 1.22);
  shot.warmth = random.uniform(-0.10, 0.13);
  shot.noise = random.uniform(1, 9);
  shot.blurs = static_cast<int>(random.below(3));
  return shot;
}

void expose(vision::Image& image, const Shot& shot, base::Random random) {
  for (int pass = 0; pass < shot.blurs; ++pass) {
    blur_along(image.pixels, 3);
    blur_along(image.pixels, 3 * static_cast<std::size_t>(image.width));
  }
  const double red = shot.brightness * (1 + shot.warmth);
  const double blue = shot.brightness * (1 - shot.warmth);
  const double gains[]{red, shot.brightness, blue};
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    const double grain = shot.noise * draw_grain(random.next());
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const double value = image.pixels[i + channel] * gains[channel] + grain;
      image.pixels[i + channel] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  }
}

}  // namespace kennel::dataset

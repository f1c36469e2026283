#include "vision/tests/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "base/random.h"

namespace kennel::vision {
namespace {

struct Disc {
  double x, y, radius;
  std::array<double, 3> color;
};

std::vector<Disc> scatter_discs(base::Random& random, int width, int height) {
  std::vector<Disc> discs(8);
  for (Disc& disc : discs) {
    disc.x = random.uniform(0, width);
    disc.y = random.uniform(0, height);
    disc.radius = random.uniform(0.05, 0.3) * std::max(width, height);
    for (double& channel : disc.color) channel = random.uniform(0, 255);
  }
  return discs;
}

double light_at(int x, int y, std::size_t channel) {
  return 128 + 80 * std::sin(0.02 * x + static_cast<double>(channel)) * std::cos(0.015 * y);
}

}  // namespace

Image draw_picture(int width, int height, std::uint64_t seed) {
  base::Random random(seed);
  const std::vector<Disc> discs = scatter_discs(random, width, height);
  Image image{.width = width, .height = height, .pixels = {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto disc = std::ranges::find_if(
          discs, [x, y](const Disc& d) { return std::hypot(x - d.x, y - d.y) < d.radius; });
      const double grain = random.uniform(-12, 12);
      for (std::size_t c = 0; c < 3; ++c) {
        const double light = disc == discs.end() ? light_at(x, y, c) : disc->color[c];
        image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(light + grain, 0.0, 255.0)));
      }
    }
  }
  return image;
}

Image make_plain(int width, int height, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Image image{.width = width, .height = height, .pixels = {}};
  for (int i = 0; i < width * height; ++i)
    image.pixels.insert(image.pixels.end(), {red, green, blue});
  return image;
}

double mean_difference(const Image& a, const Image& b) {
  base::check(a.width == b.width && a.height == b.height, "only equal sizes compare");
  double total = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) total += std::abs(a.pixels[i] - b.pixels[i]);
  return total / static_cast<double>(a.pixels.size());
}

int max_difference(const Image& a, const Image& b) {
  base::check(a.width == b.width && a.height == b.height, "only equal sizes compare");
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

void write_ppm(const base::Path& path, const Image& image) {
  base::PosixDisk disk;
  base::StagedFile file(disk, path);
  file.append(base::as_bytes(fmt::format("P6\n{} {}\n255\n", image.width, image.height)));
  file.append(image.pixels);
  file.commit();
}

Image read_ppm(const base::Path& path) {
  const base::Bytes bytes = read_bytes(path);
  std::istringstream header{std::string(base::as_text(bytes))};
  std::string magic;
  Image image;
  int brightest = 0;
  header >> magic >> image.width >> image.height >> brightest;
  base::check(magic == "P6" && brightest == 255, "a PPM of 8-bit RGB");
  const auto start = static_cast<std::ptrdiff_t>(header.tellg()) + 1;
  image.pixels.assign(bytes.begin() + start, bytes.end());
  return image;
}

base::Bytes read_bytes(const base::Path& path) {
  auto bytes = base::read_file(path, base::kGiB);
  base::check(bytes.has_value(), path.string() + " can be read");
  return *std::move(bytes);
}

}  // namespace kennel::vision

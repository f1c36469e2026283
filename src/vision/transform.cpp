#include "vision/transform.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "vision/resample.h"

namespace kennel::vision {
namespace {

void check_pixels(const Image& image) {
  base::check(image.width > 0 && image.height > 0, "an image to resize has pixels");
  base::check(image.pixels.size() == std::size_t{3} * static_cast<std::size_t>(image.width) *
                                         static_cast<std::size_t>(image.height),
              "an image holds 3 bytes a pixel");
}

// The side that keeps the image's shape, cut off as torchvision's Resize does.
int scale_side(int side, int shorter, int resize_shorter) {
  return static_cast<int>(std::int64_t{resize_shorter} * side / shorter);
}

// Half of what is left over, halves to the even side as Python's round does in torchvision's
// CenterCrop.
int find_crop_start(int side, int crop) {
  const int left_over = side - crop;
  const int half = left_over / 2;
  const bool rounds_up = left_over % 2 == 1 && half % 2 == 1;
  return rounds_up ? half + 1 : half;
}

FilterWeights::Axis to_axis(int side, int shorter, const Transform& transform) {
  const int scaled = scale_side(side, shorter, transform.resize_shorter);
  return {.source_size = side,
          .scaled_size = scaled,
          .begin = find_crop_start(scaled, transform.crop),
          .count = transform.crop};
}

}  // namespace

Image resize(const Image& image, int width, int height, Filter filter) {
  check_pixels(image);
  base::check(width > 0 && height > 0, "the new size has pixels");
  const FilterWeights across({image.width, width, 0, width}, filter);
  const FilterWeights down({image.height, height, 0, height}, filter);
  return resample(image, across, down);
}

Image apply(const Transform& transform, const Image& image) {
  check_pixels(image);
  base::check(transform.crop > 0 && transform.crop <= transform.resize_shorter,
              "the crop fits into the resized image");
  const int shorter = std::min(image.width, image.height);
  const FilterWeights across(to_axis(image.width, shorter, transform), transform.filter);
  const FilterWeights down(to_axis(image.height, shorter, transform), transform.filter);
  return resample(image, across, down);
}

}  // namespace kennel::vision

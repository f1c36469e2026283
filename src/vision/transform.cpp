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

Frame find_frame(const Image& image) {
  const Frame whole{0, 0, static_cast<double>(image.width), static_cast<double>(image.height)};
  return image.frame.value_or(whole);
}

FilterWeights::Axis to_columns(const Image& image) {
  const Frame frame = find_frame(image);
  return {.source_size = image.width, .source_begin = frame.left, .source_length = frame.width};
}

FilterWeights::Axis to_rows(const Image& image) {
  const Frame frame = find_frame(image);
  return {.source_size = image.height, .source_begin = frame.top, .source_length = frame.height};
}

// Half of what is left over, halves to the even side as Python's round does in torchvision's
// CenterCrop.
int find_crop_start(int side, int crop) {
  const int left_over = side - crop;
  const int half = left_over / 2;
  const bool rounds_up = left_over % 2 == 1 && half % 2 == 1;
  return rounds_up ? half + 1 : half;
}

// The scaled side keeps the photo's shape and is cut off as torchvision's Resize does.
FilterWeights::Axis crop_axis(FilterWeights::Axis axis, double shorter,
                              const Transform& transform) {
  axis.scaled_size = static_cast<int>(transform.resize_shorter * axis.source_length / shorter);
  axis.begin = find_crop_start(axis.scaled_size, transform.crop);
  axis.count = transform.crop;
  return axis;
}

FilterWeights::Axis whole_axis(FilterWeights::Axis axis, int size) {
  axis.scaled_size = size;
  axis.count = size;
  return axis;
}

}  // namespace

Image resize(const Image& image, int width, int height, Filter filter) {
  check_pixels(image);
  base::check(width > 0 && height > 0, "the new size has pixels");
  const FilterWeights across(whole_axis(to_columns(image), width), filter);
  const FilterWeights down(whole_axis(to_rows(image), height), filter);
  return resample(image, across, down);
}

Image apply(const Transform& transform, const Image& image) {
  check_pixels(image);
  base::check(transform.crop > 0 && transform.crop <= transform.resize_shorter,
              "the crop fits into the resized image");
  const Frame frame = find_frame(image);
  const double shorter = std::min(frame.width, frame.height);
  const FilterWeights across(crop_axis(to_columns(image), shorter, transform), transform.filter);
  const FilterWeights down(crop_axis(to_rows(image), shorter, transform), transform.filter);
  return resample(image, across, down);
}

}  // namespace kennel::vision

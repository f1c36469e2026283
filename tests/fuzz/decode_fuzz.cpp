// Any bytes through the decoders, at full size and reduced, and what comes out through a transform.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "vision/decode.h"
#include "vision/transform.h"

namespace {

using namespace kennel;

// A fraction of the product's, so that an input that uses them up still takes a fraction of a
// second under the sanitizers.
vision::DecodeOptions make_options(int side_min) {
  vision::DecodeOptions options{.side_min = side_min};
  options.budget = {.output_bytes = 4 * base::kMiB,
                    .coefficient_bytes = 4 * base::kMiB,
                    .scanned_pixels = 4'000'000,
                    .scaled_pixels = 4'000'000};
  return options;
}

void check_image(const vision::Image& image) {
  base::check(image.width > 0 && image.height > 0, "a decoded image has pixels");
  base::check(image.pixels.size() == std::size_t{3} * static_cast<std::size_t>(image.width) *
                                         static_cast<std::size_t>(image.height),
              "a decoded image holds 3 bytes a pixel");
  const vision::Image square = vision::apply({.resize_shorter = 10, .crop = 8}, image);
  base::check(square.width == 8 && square.height == 8, "a transformed image is a square");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const int side_min : {0, 8}) {
    const auto image = vision::decode({data, size}, make_options(side_min));
    if (image) check_image(*image);
  }
  return 0;
}

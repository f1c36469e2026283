// A decoded photo. Values copy; threads may read one image together.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace kennel::vision {

// A rectangle in pixels, and parts of pixels.
struct Frame {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
};

// RGB, 8 bits a channel, rows from the top: pixels[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
  // What of the pixels is the photo, where that is not all of them: a JPEG that was decoded at 1/8
  // seldom ends with a whole pixel. Resizing heeds it, so that the result has the size and the
  // place that it would have after a full decode.
  std::optional<Frame> frame{};
};

}  // namespace kennel::vision

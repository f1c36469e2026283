// A decoded photo. Values copy; threads may read one image together.
#pragma once

#include <cstdint>
#include <vector>

namespace kennel::vision {

// RGB, 8 bits a channel, rows from the top: pixels[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

}  // namespace kennel::vision

// Files that nobody's camera writes, built byte by byte.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "vision/image.h"

namespace kennel::vision {

struct PngHeader {
  std::uint32_t width = 1;
  std::uint32_t height = 1;
  std::uint8_t depth = 8;
  std::uint8_t color_type = 2;
  bool interlaced = false;
};

// A PNG whose scanlines are all zero, deflated; complete and valid.
[[nodiscard]] base::Bytes make_black_png(const PngHeader& header);

// Only the header, and an empty IDAT.
[[nodiscard]] base::Bytes make_png_header(const PngHeader& header);

// A progressive JPEG of the picture with its last scan said `repeats` times more.
[[nodiscard]] base::Bytes make_progressive_jpeg(const Image& picture, int repeats);

// `jpeg` with other sides in its header.
[[nodiscard]] base::Bytes with_sides(base::Bytes jpeg, std::uint16_t width, std::uint16_t height);

// The screen and one frame of the given size, without pixels.
[[nodiscard]] base::Bytes make_gif_header(std::uint16_t width, std::uint16_t height);

// 24 bits a pixel and no pixels.
[[nodiscard]] base::Bytes make_bmp_header(std::int32_t width, std::int32_t height);

// A lossless image of the given size (at most 16,384) without its data.
[[nodiscard]] base::Bytes make_webp_header(std::uint32_t width, std::uint32_t height);

}  // namespace kennel::vision

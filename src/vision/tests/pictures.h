// Pictures for the tests of this room: drawn from a seed, compared, kept as PPM for Pillow.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/disk.h"
#include "vision/image.h"

namespace kennel::vision {

// Much like a photo: soft light, discs with hard edges, fine grain. Sides of at least 1.
[[nodiscard]] Image draw_picture(int width, int height, std::uint64_t seed);

[[nodiscard]] Image make_plain(int width, int height, std::uint8_t red, std::uint8_t green,
                               std::uint8_t blue);

// Over all channels of all pixels; of pictures of the same size.
[[nodiscard]] double mean_difference(const Image& a, const Image& b);
[[nodiscard]] int max_difference(const Image& a, const Image& b);

void write_ppm(const base::Path& path, const Image& image);
[[nodiscard]] Image read_ppm(const base::Path& path);

[[nodiscard]] base::Bytes read_bytes(const base::Path& path);

}  // namespace kennel::vision

// Bytes of a photo to pixels. Pure functions, safe from any thread. Foreign bytes: every budget
// is checked from the header, before anything is allocated.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "vision/image.h"

namespace kennel::vision {

enum class ImageFormat { kJpeg, kPng, kWebp, kGif, kBmp };

[[nodiscard]] std::string_view to_name(ImageFormat format);

// Looks at the content only; a file's extension means nothing.
[[nodiscard]] std::optional<ImageFormat> find_format(base::ByteView bytes);

struct DecodeBudget {
  std::uint64_t output_bytes = 192 * base::kMiB;
  // A progressive JPEG keeps all coefficients in memory.
  std::uint64_t coefficient_bytes = 128 * base::kMiB;
  // Pixels x scans: a progressive JPEG may ask for its every pixel a thousand times.
  std::uint64_t scanned_pixels = 400'000'000;
  // Pixels of a JPEG that is decoded at a smaller scale: phones make photos of 200 megapixels.
  std::uint64_t scaled_pixels = 200'000'000;
};

struct DecodeOptions {
  // A JPEG may be decoded at 1/2, 1/4 or 1/8 as long as neither side gets shorter than this
  // many pixels. 0 decodes at full size.
  int side_min = 0;
  DecodeBudget budget{};
};

// Upright by its EXIF orientation; gray, CMYK, palette and 16-bit images become 8-bit RGB; what is
// transparent is laid on white; of an animation, the first frame. Errors: kInvalid (empty, no
// image), kCorrupt (truncated, damaged), kTooLarge (beyond a budget, with the figures).
[[nodiscard]] base::Result<Image> decode(base::ByteView bytes, const DecodeOptions& options = {});

}  // namespace kennel::vision

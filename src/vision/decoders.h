// One decoder a format, and what they share. Private to the room: callers use `decode`.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "vision/decode.h"
#include "vision/image.h"

namespace kennel::vision {

[[nodiscard]] base::Result<Image> decode_jpeg(base::ByteView bytes, const DecodeOptions& options);
[[nodiscard]] base::Result<Image> decode_png(base::ByteView bytes, const DecodeBudget& budget);
[[nodiscard]] base::Result<Image> decode_webp(base::ByteView bytes, const DecodeBudget& budget);
[[nodiscard]] base::Result<Image> decode_gif(base::ByteView bytes, const DecodeBudget& budget);
[[nodiscard]] base::Result<Image> decode_bmp(base::ByteView bytes, const DecodeBudget& budget);

// `bytes_per_pixel` counts everything that the decoder holds for a pixel at its peak. kCorrupt for
// an image without pixels, kTooLarge for one that needs more than budget.output_bytes.
[[nodiscard]] base::Result<void> check_output(std::int64_t width, std::int64_t height,
                                              int bytes_per_pixel, const DecodeBudget& budget);

}  // namespace kennel::vision

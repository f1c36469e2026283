#include <fmt/format.h>
#include <spng.h>

#include <memory>

#include "vision/canvas.h"
#include "vision/decoders.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;
using Png = std::unique_ptr<spng_ctx, void (*)(spng_ctx*)>;

base::Result<void> to_result(int code) {
  if (code == SPNG_OK) return {};
  if (code == SPNG_IO_EOF || code == SPNG_EOF) {
    return base::fail(ErrorKind::kCorrupt, "truncated: the file ends before the image does");
  }
  return base::fail(ErrorKind::kCorrupt, spng_strerror(code));
}

Png open_png(base::ByteView bytes) {
  Png png(spng_ctx_new(0), &spng_ctx_free);
  base::check(png != nullptr, "libspng has memory for its context");
  // A color profile or a comment of megabytes is no part of the picture.
  spng_set_chunk_limits(png.get(), 4 * base::kMiB, 16 * base::kMiB);
  // Broken metadata is skipped, broken pixels are an error.
  spng_set_crc_action(png.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  spng_set_png_buffer(png.get(), bytes.data(), bytes.size());
  return png;
}

bool has_alpha(const Png& png, const spng_ihdr& header) {
  spng_trns transparency{};
  return header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
         header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA ||
         spng_get_trns(png.get(), &transparency) == SPNG_OK;
}

Orientation find_png_orientation(const Png& png) {
  spng_exif exif{};
  if (spng_get_exif(png.get(), &exif) != SPNG_OK) return {};
  return find_orientation({reinterpret_cast<const std::uint8_t*>(exif.data), exif.length});
}

}  // namespace

base::Result<Image> decode_png(base::ByteView bytes, const DecodeBudget& budget) {
  const Png png = open_png(bytes);
  spng_ihdr header{};
  KENNEL_TRY_VOID(to_result(spng_get_ihdr(png.get(), &header)));
  // The header alone is checked first: finding transparency reads more of the file.
  KENNEL_TRY_VOID(check_output(header.width, header.height, 3, budget));
  const bool alpha = has_alpha(png, header);
  const std::size_t channels = alpha ? 4 : 3;
  const Orientation before_pixels = find_png_orientation(png);
  const bool turned = before_pixels != Orientation{};
  KENNEL_TRY_VOID(
      check_output(header.width, header.height, turned ? 6 : static_cast<int>(channels), budget));

  base::Bytes pixels(channels * header.width * header.height);
  KENNEL_TRY_VOID(
      to_result(spng_decode_image(png.get(), pixels.data(), pixels.size(),
                                  alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8, SPNG_DECODE_TRNS)));
  KENNEL_TRY_VOID(to_result(spng_decode_chunks(png.get())));  // finds out whether the end is there
  const int width = static_cast<int>(header.width);
  const int height = static_cast<int>(header.height);
  Image image = alpha ? lay_on_white(width, height, std::move(pixels))
                      : Image{.width = width, .height = height, .pixels = std::move(pixels)};
  return turn_upright(std::move(image), before_pixels);
}

}  // namespace kennel::vision

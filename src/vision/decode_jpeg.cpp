#include <fmt/format.h>

#include <algorithm>

#include "vision/canvas.h"
#include "vision/decoders.h"
#include "vision/jpeg_markers.h"
#include "vision/jpeg_reader.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;

// The strongest reduction that leaves both sides at least `side_min` long.
unsigned choose_reduction(const jpeg_decompress_struct& info, int side_min) {
  if (side_min <= 0) return 1;
  const unsigned shorter = std::min(info.image_width, info.image_height);
  for (const unsigned reduction : {8U, 4U, 2U}) {
    const unsigned reduced = (shorter + reduction - 1) / reduction;
    if (reduced >= static_cast<unsigned>(side_min)) return reduction;
  }
  return 1;
}

// libjpeg keeps 64 coefficients of 2 bytes a block when an image comes in more than one scan.
std::uint64_t count_coefficient_bytes(const jpeg_decompress_struct& info) {
  std::uint64_t blocks = 0;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& component = info.comp_info[i];
    blocks += std::uint64_t{component.width_in_blocks} * component.height_in_blocks;
  }
  return blocks * DCTSIZE2 * sizeof(JCOEF);
}

base::Result<void> check_scans(jpeg_decompress_struct& info, base::ByteView bytes,
                               const DecodeBudget& budget) {
  if (jpeg_has_multiple_scans(&info) == FALSE) return {};
  const std::uint64_t needed = count_coefficient_bytes(info);
  if (needed > budget.coefficient_bytes) {
    return base::fail(ErrorKind::kTooLarge,
                      fmt::format("progressive, {} x {} pixels: needs {} of memory, the limit is "
                                  "{}: save it as a baseline JPEG",
                                  info.image_width, info.image_height, base::to_human_size(needed),
                                  base::to_human_size(budget.coefficient_bytes)));
  }
  const std::uint64_t scans = count_jpeg_scans(bytes);
  const std::uint64_t pixels = std::uint64_t{info.image_width} * info.image_height;
  if (scans <= budget.scanned_pixels / pixels) return {};
  return base::fail(ErrorKind::kTooLarge,
                    fmt::format("{} scans of {} x {} pixels, the limit is {} scanned pixels: save "
                                "it as a baseline JPEG",
                                scans, info.image_width, info.image_height, budget.scanned_pixels));
}

base::Result<void> check_budget(jpeg_decompress_struct& info, base::ByteView bytes,
                                const DecodeBudget& budget) {
  const std::uint64_t pixels = std::uint64_t{info.image_width} * info.image_height;
  if (pixels > budget.scaled_pixels) {
    return base::fail(ErrorKind::kTooLarge,
                      fmt::format("{} x {} pixels, the limit is {} pixels: make the image smaller",
                                  info.image_width, info.image_height, budget.scaled_pixels));
  }
  KENNEL_TRY_VOID(check_output(info.output_width, info.output_height, 3, budget));
  return check_scans(info, bytes, budget);
}

// Sets up the output: a reduced RGB image, or CMYK, which libjpeg does not turn into RGB.
base::Result<void> plan_output(JpegReader& reader, int side_min) {
  return reader.run([side_min](jpeg_decompress_struct& info) {
    const bool four_inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = four_inks ? JCS_CMYK : JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = choose_reduction(info, side_min);
    jpeg_calc_output_dimensions(&info);
  });
}

// Adobe stores inks inverted, and so does everybody else, marker or not.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    for (int ink = 0; ink < 3; ++ink)
      rgb[ink] = static_cast<std::uint8_t>((cmyk[ink] * cmyk[3] + 127) / 255);
  }
}

base::Result<void> read_rows(JpegReader& reader, Canvas& canvas) {
  const int width = static_cast<int>(reader.info().output_width);
  const bool four_inks = reader.info().out_color_space == JCS_CMYK;
  base::Bytes stored(std::size_t{4} * reader.info().output_width);
  return reader.run([&](jpeg_decompress_struct& info) {
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      const int y = static_cast<int>(info.output_scanline);
      std::uint8_t* place = four_inks ? nullptr : canvas.find_row(y);
      JSAMPROW row = place != nullptr ? place : stored.data();
      jpeg_read_scanlines(&info, &row, 1);
      if (four_inks) cmyk_to_rgb(row, width, row);
      if (place == nullptr) canvas.put_row(y, row);
    }
    jpeg_finish_decompress(&info);  // finds out whether the end is there
  });
}

}  // namespace

base::Result<Image> decode_jpeg(base::ByteView bytes, const DecodeOptions& options) {
  JpegReader reader(bytes);
  KENNEL_TRY_VOID(reader.read_header());
  KENNEL_TRY_VOID(plan_output(reader, options.side_min));
  KENNEL_TRY_VOID(check_budget(reader.info(), bytes, options.budget));
  Canvas canvas(static_cast<int>(reader.info().output_width),
                static_cast<int>(reader.info().output_height),
                find_orientation(find_jpeg_exif(bytes)));
  if (const unsigned reduction = reader.info().scale_denom; reduction > 1) {
    canvas.set_frame(static_cast<double>(reader.info().image_width) / reduction,
                     static_cast<double>(reader.info().image_height) / reduction);
  }
  KENNEL_TRY_VOID(read_rows(reader, canvas));
  return canvas.take();
}

}  // namespace kennel::vision

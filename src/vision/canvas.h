// Where decoders put their pixels. Private to the room.
#pragma once

#include "base/bytes.h"
#include "vision/exif.h"
#include "vision/image.h"

namespace kennel::vision {

// An image that fills up row by row as it is stored, and is upright when it is full.
class Canvas {
 public:
  // `width` and `height` as stored, before turning.
  Canvas(int width, int height, Orientation orientation);

  // The place of stored row `y` for a decoder to write to, or null when the row must be turned on
  // its way in (then `put_row`).
  [[nodiscard]] std::uint8_t* find_row(int y);
  // `rgb` holds 3 * width bytes.
  void put_row(int y, const std::uint8_t* rgb);
  // Says what of the stored pixels, from the first, is the photo.
  void set_frame(double width, double height);
  [[nodiscard]] Image take() { return std::move(image_); }

 private:
  int width_;
  Orientation orientation_;
  Image image_;
  // Steps through image_.pixels, in bytes, for one pixel to the right and one row down as stored.
  std::ptrdiff_t origin_ = 0;
  std::ptrdiff_t step_x_ = 0;
  std::ptrdiff_t step_y_ = 0;
};

[[nodiscard]] Image turn_upright(Image image, Orientation orientation);

// RGBA in, RGB on a white ground out, in the same memory.
[[nodiscard]] Image lay_on_white(int width, int height, base::Bytes rgba);

}  // namespace kennel::vision

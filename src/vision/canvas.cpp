#include "vision/canvas.h"

#include <cstdlib>
#include <utility>

namespace kennel::vision {

Canvas::Canvas(int width, int height, Orientation orientation)
    : width_(width),
      orientation_(orientation),
      image_{.width = width, .height = height, .pixels = {}} {
  if (orientation.transposed) std::swap(image_.width, image_.height);
  image_.pixels.resize(std::size_t{3} * static_cast<std::size_t>(width) *
                       static_cast<std::size_t>(height));
  const std::ptrdiff_t pixel = 3;
  const std::ptrdiff_t row = pixel * image_.width;
  step_x_ = orientation.transposed ? row : pixel;
  step_y_ = orientation.transposed ? pixel : row;
  if (orientation.mirror_columns) origin_ += std::exchange(step_x_, -step_x_) * (width - 1);
  if (orientation.mirror_rows) origin_ += std::exchange(step_y_, -step_y_) * (height - 1);
}

std::uint8_t* Canvas::find_row(int y) {
  const bool as_stored = !orientation_.transposed && !orientation_.mirror_columns;
  return as_stored ? image_.pixels.data() + origin_ + y * step_y_ : nullptr;
}

void Canvas::put_row(int y, const std::uint8_t* rgb) {
  std::uint8_t* to = image_.pixels.data() + origin_ + y * step_y_;
  for (int x = 0; x < width_; ++x, rgb += 3) {
    for (int channel = 0; channel < 3; ++channel) to[x * step_x_ + channel] = rgb[channel];
  }
}

void Canvas::set_frame(double width, double height) {
  if (orientation_.transposed) std::swap(width, height);
  const bool from_right =
      orientation_.transposed ? orientation_.mirror_rows : orientation_.mirror_columns;
  const bool from_bottom =
      orientation_.transposed ? orientation_.mirror_columns : orientation_.mirror_rows;
  image_.frame = {.left = from_right ? image_.width - width : 0,
                  .top = from_bottom ? image_.height - height : 0,
                  .width = width,
                  .height = height};
}

Image turn_upright(Image image, Orientation orientation) {
  if (orientation == Orientation{}) return image;
  Canvas canvas(image.width, image.height, orientation);
  for (int y = 0; y < image.height; ++y) {
    canvas.put_row(y, image.pixels.data() + std::ptrdiff_t{3} * image.width * y);
  }
  return canvas.take();
}

Image lay_on_white(int width, int height, base::Bytes rgba) {
  const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned alpha = rgba[4 * i + 3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      // Divides by 255 and rounds to nearest.
      const unsigned sum = rgba[4 * i + channel] * alpha + 255 * (255 - alpha) + 128;
      rgba[3 * i + channel] = static_cast<std::uint8_t>((sum + (sum >> 8)) >> 8);
    }
  }
  rgba.resize(3 * count);
  return {.width = width, .height = height, .pixels = std::move(rgba)};
}

}  // namespace kennel::vision

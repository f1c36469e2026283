#include "dataset/drawing.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "base/error.h"

namespace kennel::dataset {

Colour mix(Colour from, Colour to, double share) {
  const auto between = [share](double a, double b) { return a + share * (b - a); };
  return {between(from.red, to.red), between(from.green, to.green), between(from.blue, to.blue),
          between(from.alpha, to.alpha)};
}

Colour with_alpha(Colour colour, double alpha) {
  colour.alpha = alpha;
  return colour;
}

Drawing::Drawing(int width, int height)
    : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
      context_(cairo_create(surface_.get())) {
  base::check(cairo_status(context_.get()) == CAIRO_STATUS_SUCCESS, "Cairo can draw");
  cairo_set_line_cap(context_.get(), CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(context_.get(), CAIRO_LINE_JOIN_ROUND);
}

void Drawing::set_colour(Colour colour) {
  cairo_set_source_rgba(context_.get(), colour.red, colour.green, colour.blue, colour.alpha);
}

void Drawing::fill_ellipse(Point centre, double radius_x, double radius_y, Colour colour) {
  cairo_save(context_.get());
  cairo_translate(context_.get(), centre.x, centre.y);
  cairo_scale(context_.get(), std::max(radius_x, 1e-3), std::max(radius_y, 1e-3));
  cairo_new_path(context_.get());
  cairo_arc(context_.get(), 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_restore(context_.get());
  set_colour(colour);
  cairo_fill(context_.get());
}

void Drawing::fill_outline(std::span<const Point> points, Colour colour) {
  const std::size_t count = points.size();
  cairo_new_path(context_.get());
  cairo_move_to(context_.get(), points[0].x, points[0].y);
  for (std::size_t i = 0; i < count; ++i) {  // Catmull-Rom, as Bezier curves
    const Point before = points[(i + count - 1) % count];
    const Point from = points[i];
    const Point to = points[(i + 1) % count];
    const Point after = points[(i + 2) % count];
    const Point leave = from + (1.0 / 6) * (to - before);
    const Point arrive = to - (1.0 / 6) * (after - from);
    cairo_curve_to(context_.get(), leave.x, leave.y, arrive.x, arrive.y, to.x, to.y);
  }
  set_colour(colour);
  cairo_fill(context_.get());
}

void Drawing::trace_taper(const Taper& taper) {
  const Point along = taper.to - taper.from;
  const double distance = std::hypot(along.x, along.y);
  const double slope =
      std::clamp((taper.from_radius - taper.to_radius) / std::max(distance, 1e-6), -1.0, 1.0);
  const double direction = std::atan2(along.y, along.x);
  const double tangent = std::acos(slope);  // where the outer tangents touch the circles
  cairo_new_path(context_.get());
  cairo_arc(context_.get(), taper.to.x, taper.to.y, taper.to_radius, direction - tangent,
            direction + tangent);
  cairo_arc(context_.get(), taper.from.x, taper.from.y, taper.from_radius, direction + tangent,
            direction - tangent + 2 * std::numbers::pi);
  cairo_close_path(context_.get());
}

void Drawing::fill_taper(const Taper& taper, Colour colour) {
  trace_taper(taper);
  set_colour(colour);
  cairo_fill(context_.get());
}

void Drawing::fill_vertical(double top_y, double bottom_y, Colour top, Colour bottom) {
  cairo_pattern_t* gradient = cairo_pattern_create_linear(0, top_y, 0, bottom_y);
  cairo_pattern_add_color_stop_rgba(gradient, 0, top.red, top.green, top.blue, top.alpha);
  cairo_pattern_add_color_stop_rgba(gradient, 1, bottom.red, bottom.green, bottom.blue,
                                    bottom.alpha);
  cairo_set_source(context_.get(), gradient);
  cairo_pattern_destroy(gradient);
  cairo_fill(context_.get());
}

void Drawing::shade_taper(const Taper& taper, Colour top, Colour bottom) {
  const double top_y = std::min(taper.from.y - taper.from_radius, taper.to.y - taper.to_radius);
  const double bottom_y = std::max(taper.from.y + taper.from_radius, taper.to.y + taper.to_radius);
  trace_taper(taper);
  fill_vertical(top_y, bottom_y, top, bottom);
}

void Drawing::stroke(std::span<const Point> points, double line_width, Colour colour) {
  cairo_new_path(context_.get());
  for (const Point& point : points) cairo_line_to(context_.get(), point.x, point.y);
  cairo_set_line_width(context_.get(), line_width);
  set_colour(colour);
  cairo_stroke(context_.get());
}

void Drawing::fill_gradient(Point corner, double rectangle_width, double rectangle_height,
                            Colour top, Colour bottom) {
  cairo_new_path(context_.get());
  cairo_rectangle(context_.get(), corner.x, corner.y, rectangle_width, rectangle_height);
  fill_vertical(corner.y, corner.y + rectangle_height, top, bottom);
}

void Drawing::fill_glow(Point centre, double radius_x, double radius_y, Colour colour) {
  cairo_save(context_.get());
  cairo_translate(context_.get(), centre.x, centre.y);
  cairo_scale(context_.get(), radius_x, radius_y);
  cairo_pattern_t* glow = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1);
  cairo_pattern_add_color_stop_rgba(glow, 0, colour.red, colour.green, colour.blue, colour.alpha);
  cairo_pattern_add_color_stop_rgba(glow, 1, colour.red, colour.green, colour.blue, 0);
  cairo_set_source(context_.get(), glow);
  cairo_pattern_destroy(glow);
  cairo_new_path(context_.get());
  cairo_arc(context_.get(), 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_fill(context_.get());
  cairo_restore(context_.get());
}

vision::Image Drawing::to_image() const {
  cairo_surface_flush(surface_.get());
  const unsigned char* data = cairo_image_surface_get_data(surface_.get());
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface_.get()));
  vision::Image image{width(), height(), {}};
  image.pixels.reserve(static_cast<std::size_t>(width()) * static_cast<std::size_t>(height()) * 3);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height()); ++y) {
    for (std::size_t x = 0; x < static_cast<std::size_t>(width()); ++x) {
      std::uint32_t pixel = 0;  // 0x00RRGGBB
      std::memcpy(&pixel, data + y * stride + x * sizeof pixel, sizeof pixel);
      for (const int shift : {16, 8, 0}) {
        image.pixels.push_back(static_cast<std::uint8_t>(pixel >> shift));
      }
    }
  }
  return image;
}

}  // namespace kennel::dataset

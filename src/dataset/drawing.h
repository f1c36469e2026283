// Cairo behind the few shapes that the sample photos are made of. One thread a drawing.
#pragma once

#include <cairo.h>

#include <memory>
#include <span>

#include "vision/image.h"

namespace kennel::dataset {

struct Point {
  double x = 0;
  double y = 0;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(double factor, Point a) { return {factor * a.x, factor * a.y}; }

// Each from 0 to 1.
struct Colour {
  double red = 0;
  double green = 0;
  double blue = 0;
  double alpha = 1;
};
[[nodiscard]] Colour mix(Colour from, Colour to, double share);
[[nodiscard]] Colour with_alpha(Colour colour, double alpha);

// Two circles and what lies between their outer tangents: a leg, a neck, a trunk.
struct Taper {
  Point from;
  double from_radius = 0;
  Point to;
  double to_radius = 0;
};

class Drawing {
 public:
  Drawing(int width, int height);  // in pixels

  [[nodiscard]] int width() const { return cairo_image_surface_get_width(surface_.get()); }
  [[nodiscard]] int height() const { return cairo_image_surface_get_height(surface_.get()); }
  // For transforms, groups and operators; paths go through the functions below.
  [[nodiscard]] cairo_t* cairo() const { return context_.get(); }

  void fill_ellipse(Point centre, double radius_x, double radius_y, Colour colour);
  // A closed, rounded outline through the points.
  void fill_outline(std::span<const Point> points, Colour colour);
  void fill_taper(const Taper& taper, Colour colour);
  // From `top` at y = `top_y` to `bottom` at y = `bottom_y`, over what is inside `taper`.
  void shade_taper(const Taper& taper, Colour top, Colour bottom);
  void stroke(std::span<const Point> points, double line_width, Colour colour);
  // A rectangle whose colour runs from its top to its bottom.
  void fill_gradient(Point corner, double rectangle_width, double rectangle_height, Colour top,
                     Colour bottom);
  // A spot that fades to nothing at its edge.
  void fill_glow(Point centre, double radius_x, double radius_y, Colour colour);

  [[nodiscard]] vision::Image to_image() const;

 private:
  void set_colour(Colour colour);
  void trace_taper(const Taper& taper);
  void fill_vertical(double top_y, double bottom_y, Colour top, Colour bottom);

  struct Close {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
  };
  std::unique_ptr<cairo_surface_t, Close> surface_;
  std::unique_ptr<cairo_t, Close> context_;
};

}  // namespace kennel::dataset

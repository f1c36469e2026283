#include <array>
#include <cmath>
#include <vector>

#include "dataset/shot.h"

namespace kennel::dataset {
namespace {

enum class Clutter { kTrees, kBlocks, kBanks };

struct PlaceLook {
  Colour top;     // of the sky or the wall
  Colour bottom;  // of the same, at the horizon
  Colour far;     // ground at the horizon
  Colour near;    // ground at the lower edge
  Colour clutter;
  Clutter shape;
};

// In the order of Place.
constexpr std::array<PlaceLook, 6> kLooks{{
    {{0.45, 0.65, 0.90},
     {0.80, 0.88, 0.95},
     {0.36, 0.52, 0.22},
     {0.22, 0.42, 0.12},
     {0.16, 0.33, 0.13},
     Clutter::kTrees},
    {{0.40, 0.62, 0.88},
     {0.85, 0.90, 0.92},
     {0.88, 0.79, 0.60},
     {0.78, 0.66, 0.44},
     {0.30, 0.52, 0.62},
     Clutter::kBanks},
    {{0.82, 0.78, 0.70},
     {0.72, 0.66, 0.58},
     {0.58, 0.40, 0.25},
     {0.45, 0.29, 0.17},
     {0.42, 0.30, 0.36},
     Clutter::kBlocks},
    {{0.66, 0.70, 0.76},
     {0.84, 0.84, 0.83},
     {0.48, 0.48, 0.49},
     {0.34, 0.34, 0.36},
     {0.56, 0.36, 0.30},
     Clutter::kBlocks},
    {{0.55, 0.68, 0.82},
     {0.86, 0.84, 0.78},
     {0.32, 0.50, 0.60},
     {0.14, 0.32, 0.42},
     {0.24, 0.34, 0.24},
     Clutter::kBanks},
    {{0.70, 0.76, 0.86},
     {0.90, 0.92, 0.95},
     {0.90, 0.92, 0.96},
     {0.80, 0.84, 0.92},
     {0.20, 0.30, 0.27},
     Clutter::kTrees},
}};

Colour vary(Colour colour, base::Random& random) {
  const double gain = random.uniform(0.7, 1.2);
  for (double* channel : {&colour.red, &colour.green, &colour.blue}) {
    *channel = std::min(1.0, *channel * gain * random.uniform(0.85, 1.15));
  }
  return colour;
}

void draw_tree(Drawing& drawing, Point foot, double size, Colour leaves, base::Random& random) {
  const Colour trunk = vary({0.35, 0.26, 0.18}, random);
  drawing.fill_taper({foot, 0.09 * size, foot - Point{0, size}, 0.05 * size}, trunk);
  for (int bunch = 0; bunch < 9; ++bunch) {
    const Point centre =
        foot + size * Point{random.uniform(-0.45, 0.45), random.uniform(-1.5, -0.7)};
    drawing.fill_ellipse(centre, size * random.uniform(0.15, 0.35),
                         size * random.uniform(0.12, 0.3), vary(leaves, random));
  }
}

// A house, a sofa, a shelf: with rows of windows or drawers.
void draw_block(Drawing& drawing, Point foot, double size, Colour colour, base::Random& random) {
  const double block_width = size * random.uniform(0.4, 1.1);
  const double block_height = size * random.uniform(0.6, 1.6);
  const Point corner = foot - Point{0.5 * block_width, block_height};
  drawing.fill_gradient(corner, block_width, block_height, colour, mix(colour, {0, 0, 0}, 0.3));
  const Colour pane = vary({0.75, 0.78, 0.75}, random);
  const double step = size * random.uniform(0.2, 0.35);
  for (double y = 0.3 * step; y + 0.6 * step < block_height; y += step) {
    for (double x = 0.3 * step; x + 0.6 * step < block_width; x += step) {
      drawing.fill_gradient(corner + Point{x, y}, 0.5 * step, 0.6 * step, pane,
                            mix(pane, colour, 0.5));
    }
  }
}

void draw_bank(Drawing& drawing, Point foot, double size, Colour colour, base::Random& random) {
  drawing.fill_ellipse(foot, size * random.uniform(0.6, 2.0), size * random.uniform(0.08, 0.3),
                       colour);
}

void draw_clutter(Drawing& drawing, const Shot& shot, const PlaceLook& look, double horizon_y,
                  base::Random& random) {
  const auto things = 2 + random.below(6);
  for (std::uint64_t thing = 0; thing < things; ++thing) {
    const Point foot{random.uniform(0, shot.width),
                     horizon_y + random.uniform(0, 0.12) * shot.height};
    const double size = shot.height * random.uniform(0.12, 0.4);
    const Colour colour = vary(look.clutter, random);
    if (look.shape == Clutter::kTrees) draw_tree(drawing, foot, size, colour, random);
    if (look.shape == Clutter::kBlocks) draw_block(drawing, foot, size, colour, random);
    if (look.shape == Clutter::kBanks) draw_bank(drawing, foot, size, colour, random);
  }
}

// Patches of light and shade that get larger towards the camera.
void texture_ground(Drawing& drawing, const Shot& shot, const PlaceLook& look, double horizon_y,
                    base::Random& random) {
  for (int patch = 0; patch < 110; ++patch) {
    const double depth = random.uniform();
    const Point centre{random.uniform(0, shot.width),
                       horizon_y + depth * depth * (shot.height - horizon_y)};
    const double size = (0.01 + 0.05 * depth) * shot.width * random.uniform(0.3, 1.6);
    drawing.fill_ellipse(centre, size, 0.3 * size,
                         with_alpha(vary(mix(look.far, look.near, depth), random), 0.45));
  }
}

void draw_clouds(Drawing& drawing, const Shot& shot, double horizon_y, base::Random& random) {
  const auto clouds = random.below(7);
  for (std::uint64_t cloud = 0; cloud < clouds; ++cloud) {
    const Point centre{random.uniform(0, shot.width), random.uniform(0, horizon_y)};
    drawing.fill_glow(centre, random.uniform(0.1, 0.3) * shot.width,
                      random.uniform(0.03, 0.15) * shot.height,
                      with_alpha(vary({0.85, 0.85, 0.85}, random), 0.6));
  }
}

}  // namespace

void draw_place(Drawing& drawing, const Shot& shot, base::Random random) {
  PlaceLook look = kLooks[static_cast<std::size_t>(shot.place)];
  for (Colour* colour : {&look.top, &look.bottom, &look.far, &look.near}) {
    *colour = vary(*colour, random);
  }
  const double horizon_y = shot.horizon * shot.height;
  drawing.fill_gradient({0, 0}, shot.width, horizon_y, look.top, look.bottom);
  draw_clouds(drawing, shot, horizon_y, random);
  drawing.fill_gradient({0, horizon_y}, shot.width, shot.height - horizon_y, look.far, look.near);
  draw_clutter(drawing, shot, look, horizon_y, random);
  texture_ground(drawing, shot, look, horizon_y, random);
}

void draw_foreground(Drawing& drawing, const Shot& shot, base::Random random) {
  const PlaceLook& look = kLooks[static_cast<std::size_t>(shot.place)];
  const bool grassy = shot.place == Place::kGrass;
  for (int blade = 0; blade < (grassy ? 90 : 25); ++blade) {
    const Point root{random.uniform(0, shot.width),
                     shot.feet.y + random.uniform(0, 0.1) * shot.height};
    const Point reach = grassy ? Point{random.uniform(-4, 4), -random.uniform(4, 14)}
                               : Point{random.uniform(5, 25), random.uniform(-1, 1)};
    drawing.stroke(std::vector{root, root + reach}, grassy ? 1.3 : 1.8,
                   with_alpha(vary(look.near, random), 0.75));
  }
  // The shade of something outside the picture, or a patch of light.
  const bool bright = random.below(2) == 0;
  const Colour light = bright ? Colour{1, 0.97, 0.85, 0.3} : Colour{0, 0, 0.05, 0.45};
  drawing.fill_glow({random.uniform(0, shot.width), random.uniform(0, shot.height)},
                    random.uniform(0.3, 0.8) * shot.width, random.uniform(0.2, 0.8) * shot.height,
                    light);
}

}  // namespace kennel::dataset

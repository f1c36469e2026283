#include <algorithm>
#include <cmath>
#include <vector>

#include "dataset/draw_head.h"
#include "dataset/shot.h"
#include "dataset/skeleton.h"

namespace kennel::dataset {
namespace {

constexpr Colour kBlack{0, 0, 0};
constexpr Colour kWhite{1, 1, 1};

// A point of the coat: `along` from the hip (0) to the shoulder (1), `across` from the back (-1)
// to the belly (1).
Point on_trunk(const Skeleton& dog, double along, double across) {
  const Point spine = dog.shoulder - dog.hip;
  const double length = std::max(std::hypot(spine.x, spine.y), 1e-6);
  const Point down{-spine.y / length, spine.x / length};
  return dog.hip + along * spine + (across * dog.trunk.to_radius) * down;
}

std::vector<Point> draw_around(Point centre, double radius, base::Random& random) {
  std::vector<Point> points;
  constexpr int kCorners = 7;
  for (int corner = 0; corner < kCorners; ++corner) {
    const double angle = corner * 6.2831853 / kCorners;
    const double distance = radius * random.uniform(0.65, 1.3);
    points.push_back(centre + distance * Point{std::cos(angle), std::sin(angle)});
  }
  return points;
}

// Anywhere on the dog; what falls beside it is not painted.
Point draw_anywhere(const Skeleton& dog, base::Random& random) {
  return {random.uniform(dog.hip.x - 0.3, dog.head.x + 0.35),
          random.uniform(std::min(dog.head.y, dog.shoulder.y) - 0.3, 0)};
}

void mark_spots(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  for (int spot = 0; spot < 110; ++spot) {
    const double radius = random.uniform(0.018, 0.045);
    drawing.fill_ellipse(draw_anywhere(dog, random), radius, radius * random.uniform(0.7, 1.2),
                         breed.marking);
  }
}

void mark_patches(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  const auto patch = [&](Point centre, double radius) {
    drawing.fill_outline(draw_around(centre, radius, random), breed.marking);
  };
  patch(on_trunk(dog, random.uniform(-0.15, 0.15), -0.5), random.uniform(0.16, 0.24));
  patch(on_trunk(dog, random.uniform(0.55, 0.8), -0.6), random.uniform(0.15, 0.24));
  patch(on_trunk(dog, random.uniform(0.2, 1.2), 0.7), random.uniform(0.06, 0.12));
  patch(dog.head + Point{-0.06, -0.08}, breed.head * 0.85);
}

void mark_stripes(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  for (double along = -0.75; along < 1.9; along += random.uniform(0.05, 0.11)) {
    std::vector<Point> stripe;
    for (double across = -1.2; across < 3.5; across += 0.45) {
      stripe.push_back(on_trunk(dog, along + random.uniform(-0.035, 0.035), across));
    }
    drawing.stroke(stripe, random.uniform(0.012, 0.034), with_alpha(breed.marking, 0.8));
  }
}

void mark_saddle(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  const double edge = random.uniform(-0.05, 0.3);
  const std::vector<Point> saddle{
      on_trunk(dog, -0.6, -1.5),        on_trunk(dog, 0.4, -1.6),        on_trunk(dog, 1.2, -1.7),
      on_trunk(dog, 1.15, -0.2),        on_trunk(dog, 0.75, edge + 0.3), on_trunk(dog, 0.35, edge),
      on_trunk(dog, -0.1, edge + 0.25), on_trunk(dog, -0.55, edge - 0.3)};
  drawing.fill_outline(saddle, with_alpha(breed.marking, 0.93));
}

void mark_merle(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  for (int blot = 0; blot < 85; ++blot) {
    const double radius = random.uniform(0.02, 0.085);
    const Colour colour = blot % 3 == 0 ? mix(breed.coat, kWhite, 0.5) : breed.marking;
    drawing.fill_outline(draw_around(draw_anywhere(dog, random), radius, random),
                         with_alpha(colour, 0.7));
  }
}

void mark_coat(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  switch (breed.pattern) {
    case Pattern::kSolid:
      return;
    case Pattern::kSpotted:
      return mark_spots(drawing, breed, dog, random);
    case Pattern::kPatched:
      return mark_patches(drawing, breed, dog, random);
    case Pattern::kBrindle:
      return mark_stripes(drawing, breed, dog, random);
    case Pattern::kSaddle:
      return mark_saddle(drawing, breed, dog, random);
    case Pattern::kMerle:
      return mark_merle(drawing, breed, dog, random);
  }
}

// Hairs that stand out from the edges of a part.
void draw_tufts(Drawing& drawing, const Breed& breed, const Taper& part, base::Random& random) {
  if (breed.fur == Fur::kSmooth) return;
  const bool fluffy = breed.fur == Fur::kFluffy;
  const Point axis = part.to - part.from;
  const double heading = std::atan2(axis.y, axis.x);
  const double distance = std::hypot(axis.x, axis.y);
  const int hairs = static_cast<int>((distance + part.from_radius) * (fluffy ? 70 : 45));
  for (int hair = 0; hair < hairs; ++hair) {
    const double along = random.uniform(-0.1, 1.1);
    const double radius = part.from_radius + along * (part.to_radius - part.from_radius);
    const double angle = heading + (random.below(2) == 0 ? 1.5708 : -1.5708);
    const Point root =
        part.from + along * axis + 0.85 * radius * Point{std::cos(angle), std::sin(angle)};
    const double lean = angle + random.uniform(-0.6, 0.6);
    const double length = fluffy ? random.uniform(0.05, 0.10) : random.uniform(0.03, 0.05);
    const Point tip = root + length * Point{std::cos(lean), std::sin(lean) + (fluffy ? 0.4 : 0)};
    drawing.stroke(std::vector{root, tip}, fluffy ? 0.035 : 0.014,
                   mix(breed.coat, kBlack, random.uniform(0, 0.18)));
  }
}

void draw_hairs(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  if (breed.fur == Fur::kSmooth) return;
  const bool fluffy = breed.fur == Fur::kFluffy;
  for (int hair = 0; hair < 220; ++hair) {
    const Point root = draw_anywhere(dog, random);
    const double swing = fluffy ? random.uniform(-0.5, 0.5) : random.uniform(-3.1, 3.1);
    const double length = fluffy ? 0.10 : 0.045;
    const Point tip = root + length * Point{std::sin(swing), std::cos(swing)};
    const Colour colour = with_alpha(hair % 2 == 0 ? kBlack : kWhite, fluffy ? 0.10 : 0.22);
    drawing.stroke(std::vector{root, tip}, fluffy ? 0.02 : 0.011, colour);
  }
}

void draw_tail(Drawing& drawing, const Breed& breed, const Skeleton& dog, base::Random& random) {
  const double thick = breed.tail == Tail::kPlumed ? 0.075 : 0.055;
  const auto count = static_cast<double>(dog.tail.size());
  for (std::size_t i = 0; i + 1 < dog.tail.size(); ++i) {
    const double left = 1 - static_cast<double>(i) / count;
    const Taper part{dog.tail[i], thick * (0.45 + 0.55 * left), dog.tail[i + 1],
                     thick * (0.4 + 0.5 * left)};
    drawing.fill_taper(part, breed.coat);
    if (breed.tail != Tail::kPlumed) continue;
    for (int hair = 0; hair < 9; ++hair) {
      const Point tip = dog.tail[i] + Point{random.uniform(-0.1, 0.04), random.uniform(0.08, 0.24)};
      drawing.stroke(std::vector{dog.tail[i], tip}, 0.02,
                     mix(breed.coat, kBlack, random.uniform(0, 0.2)));
    }
  }
}

void draw_parts(Drawing& drawing, const Breed& breed, std::span<const Taper> parts, Colour colour,
                base::Random& random) {
  for (const Taper& part : parts) {
    draw_tufts(drawing, breed, part, random);
    drawing.fill_taper(part, colour);
  }
}

// Light from above over the whole dog, and a little over each part, to tell the parts apart.
void shade_body(Drawing& drawing, const Skeleton& dog) {
  drawing.fill_gradient({-3, dog.shoulder.y - 0.3}, 6, 0.3 - dog.shoulder.y,
                        with_alpha(kWhite, 0.14), with_alpha(kBlack, 0.32));
  for (const auto& parts : {dog.near_legs, dog.near_paws}) {
    for (const Taper& part : parts) {
      drawing.shade_taper(part, with_alpha(kBlack, 0), with_alpha(kBlack, 0.2));
    }
  }
  drawing.shade_taper(dog.trunk, with_alpha(kWhite, 0.06), with_alpha(kBlack, 0.18));
}

void draw_near_side(Drawing& drawing, const Breed& breed, const Skeleton& dog, const Shot& shot,
                    base::Random& random) {
  const std::vector body{dog.trunk, dog.neck};
  draw_tail(drawing, breed, dog, random);
  draw_parts(drawing, breed, body, breed.coat, random);
  draw_parts(drawing, breed, dog.near_legs, breed.coat, random);
  draw_parts(drawing, breed, dog.near_paws, breed.coat, random);
  draw_skull(drawing, breed, dog.head, shot.head_yaw);
  // From here on only what is already painted takes colour.
  cairo_set_operator(drawing.cairo(), CAIRO_OPERATOR_ATOP);
  mark_coat(drawing, breed, dog, random);
  if (breed.socks) draw_parts(drawing, breed, dog.near_paws, breed.marking, random);
  draw_hairs(drawing, breed, dog, random);
  shade_body(drawing, dog);
  cairo_set_operator(drawing.cairo(), CAIRO_OPERATOR_OVER);
}

// Two dogs of a breed differ a little in colour.
Breed make_individual(Breed breed, base::Random& random) {
  const double gain = random.uniform(0.86, 1.14);
  for (Colour* colour : {&breed.coat, &breed.marking}) {
    for (double* channel : {&colour->red, &colour->green, &colour->blue}) {
      *channel = std::clamp(*channel * gain * random.uniform(0.95, 1.05), 0.0, 1.0);
    }
  }
  return breed;
}

}  // namespace

void draw_breed(Drawing& drawing, const Breed& breed, const Shot& shot, base::Random random) {
  const Breed dog = make_individual(breed, random);
  const Skeleton skeleton = pose_skeleton(dog, shot.pose, random.fork("pose"));
  cairo_t* cairo = drawing.cairo();
  cairo_save(cairo);
  cairo_translate(cairo, shot.feet.x, shot.feet.y);
  cairo_scale(cairo, shot.mirrored ? -shot.scale : shot.scale, shot.scale);
  cairo_rotate(cairo, shot.tilt);
  drawing.fill_glow({0.02, 0}, 0.85, 0.16, with_alpha(kBlack, 0.6));
  draw_parts(drawing, dog, skeleton.far_legs, mix(dog.coat, kBlack, 0.35), random);
  cairo_push_group(cairo);
  draw_near_side(drawing, dog, skeleton, shot, random);
  cairo_pop_group_to_source(cairo);
  cairo_paint(cairo);
  draw_face(drawing, dog, skeleton.head, shot.head_yaw);
  cairo_restore(cairo);
}

}  // namespace kennel::dataset

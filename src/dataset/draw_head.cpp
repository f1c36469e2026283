#include "dataset/draw_head.h"

#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace kennel::dataset {
namespace {

constexpr Colour kBlack{0.05, 0.04, 0.04};
constexpr Colour kWhite{0.97, 0.96, 0.94};

// A point on a sphere round the head, as the camera sees it.
struct Place3 {
  Point seen;
  double nearness = 0;  // above 0 on the camera's side
};

Place3 on_sphere(Point centre, double radius, double yaw, double elevation) {
  return {centre + radius * Point{std::cos(elevation) * std::cos(yaw), -std::sin(elevation)},
          std::sin(yaw)};
}

Taper muzzle_of(const Breed& breed, Point head, double yaw) {
  const double reach = 0.65 * breed.head + breed.muzzle;
  const Point root = head + Point{0.45 * breed.head * std::cos(yaw), 0.22 * breed.head};
  const Point tip = head + Point{reach * std::cos(yaw), (0.32 + 0.12 * std::sin(yaw)) * breed.head};
  return {root, 0.58 * breed.head, tip, 0.36 * breed.head};
}

// Outlines of ears: x forward, y up from where the ear sits, in radii of the head.
constexpr std::array<Point, 5> kPricked{
    {{-0.36, -0.1}, {-0.24, 0.5}, {0.02, 1.05}, {0.24, 0.5}, {0.36, -0.1}}};
constexpr std::array<Point, 5> kBat{
    {{-0.36, -0.1}, {-0.55, 0.8}, {-0.1, 1.5}, {0.45, 0.9}, {0.36, -0.1}}};
constexpr std::array<Point, 6> kFolded{
    {{-0.38, -0.1}, {-0.28, 0.42}, {0.1, 0.6}, {0.5, 0.25}, {0.62, -0.2}, {0.2, 0.1}}};
constexpr std::array<Point, 6> kDrop{
    {{-0.28, 0.12}, {0.22, 0.16}, {0.42, -0.4}, {0.22, -1.05}, {-0.22, -0.95}, {-0.38, -0.3}}};
constexpr std::array<Point, 6> kFeathered{
    {{-0.32, 0.16}, {0.26, 0.22}, {0.62, -0.6}, {0.5, -1.6}, {-0.15, -1.7}, {-0.5, -0.7}}};

std::span<const Point> outline_of(Ear ear) {
  switch (ear) {
    case Ear::kPricked:
      return kPricked;
    case Ear::kBat:
      return kBat;
    case Ear::kFolded:
      return kFolded;
    case Ear::kDrop:
      return kDrop;
    case Ear::kFeathered:
      return kFeathered;
  }
  return {};
}

bool has_marked_ears(const Breed& breed) {
  return breed.pattern == Pattern::kPatched || breed.pattern == Pattern::kSaddle;
}

void draw_ear(Drawing& drawing, const Breed& breed, Point head, Point seat) {
  const double outward = (seat.x - head.x) / breed.head;
  const double side = outward < 0 ? -1 : 1;
  const bool hangs = breed.ear == Ear::kDrop || breed.ear == Ear::kFeathered;
  const double lean = (hangs ? -0.25 : 0.45) * outward;
  const auto trace = [&](double size) {
    std::vector<Point> points;
    for (const Point& corner : outline_of(breed.ear)) {
      const Point turned{side * corner.x * std::cos(lean) + corner.y * std::sin(lean),
                         side * corner.x * std::sin(lean) - corner.y * std::cos(lean)};
      points.push_back(seat + (size * breed.head) * turned);
    }
    return points;
  };
  const Colour colour = has_marked_ears(breed) ? breed.marking : breed.coat;
  drawing.fill_outline(trace(1.08), mix(colour, kBlack, 0.45));
  drawing.fill_outline(trace(1), mix(colour, kBlack, 0.16));
  if (breed.ear == Ear::kPricked || breed.ear == Ear::kBat) {
    drawing.fill_outline(trace(0.6), mix(colour, {0.85, 0.55, 0.5}, 0.55));
  }
}

void draw_ears(Drawing& drawing, const Breed& breed, Point head, double yaw) {
  // They sit behind the middle of the head.
  const Point crown = head + Point{-0.3 * breed.head * std::cos(yaw), 0};
  for (const double side : {-1.3, 1.3}) {
    const Place3 seat = on_sphere(crown, 0.95 * breed.head, yaw + side, 0.75);
    if (seat.nearness > -0.3) draw_ear(drawing, breed, head, seat.seen);
  }
}

void draw_eyes(Drawing& drawing, const Breed& breed, Point head, double yaw) {
  for (const double side : {-0.6, 0.6}) {
    const Place3 eye = on_sphere(head, 0.85 * breed.head, yaw + side, 0.28);
    if (eye.nearness < 0.1) continue;
    const double size = 0.13 * breed.head;
    drawing.fill_ellipse(eye.seen, 1.35 * size, 1.2 * size, mix(breed.coat, kBlack, 0.5));
    drawing.fill_ellipse(eye.seen, size, size, kBlack);
    drawing.fill_ellipse(eye.seen + size * Point{-0.3, -0.4}, 0.35 * size, 0.35 * size, kWhite);
  }
}

void draw_muzzle(Drawing& drawing, const Breed& breed, Point head, double yaw) {
  const Taper muzzle = muzzle_of(breed, head, yaw);
  const Colour colour = breed.face == Face::kMask    ? mix(breed.coat, kBlack, 0.8)
                        : breed.face == Face::kBlaze ? kWhite
                                                     : mix(breed.coat, kWhite, 0.12);
  drawing.fill_taper(muzzle, colour);
  drawing.shade_taper(muzzle, with_alpha(kWhite, 0.1), with_alpha(kBlack, 0.3));
  const Point nose = muzzle.to + (0.2 * breed.head) * Point{std::cos(yaw), -0.7};
  drawing.fill_ellipse(nose, 0.19 * breed.head, 0.15 * breed.head, kBlack);
  const Point jaw = muzzle.to + (0.2 * breed.head) * Point{0.5 * std::cos(yaw), 0.7};
  drawing.stroke(std::vector{muzzle.from + (0.3 * breed.head) * Point{0, 1}, jaw, nose},
                 0.05 * breed.head, with_alpha(kBlack, 0.7));
}

}  // namespace

void draw_skull(Drawing& drawing, const Breed& breed, Point head, double yaw) {
  drawing.fill_ellipse(head, breed.head, 0.95 * breed.head, breed.coat);
  drawing.fill_taper(muzzle_of(breed, head, yaw), breed.coat);
}

void draw_face(Drawing& drawing, const Breed& breed, Point head, double yaw) {
  const Taper skull{head, breed.head, head, breed.head};
  drawing.shade_taper(skull, with_alpha(kWhite, 0.1), with_alpha(kBlack, 0.25));
  if (breed.face == Face::kBlaze) {
    const Place3 brow = on_sphere(head, 0.85 * breed.head, yaw, 0.9);
    drawing.fill_taper(
        {brow.seen, 0.12 * breed.head, muzzle_of(breed, head, yaw).from, 0.22 * breed.head},
        kWhite);
  }
  draw_muzzle(drawing, breed, head, yaw);
  draw_eyes(drawing, breed, head, yaw);
  draw_ears(drawing, breed, head, yaw);
}

}  // namespace kennel::dataset

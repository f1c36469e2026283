#include "dataset/skeleton.h"

#include <cmath>

namespace kennel::dataset {
namespace {

constexpr double kPaw = 0.055;  // radius

// Joint, knee, paw: two tapers, and the paw on the ground.
void add_leg(std::vector<Taper>& legs, std::vector<Taper>& paws, Point joint, double joint_radius,
             Point knee, Point paw) {
  legs.push_back({joint, joint_radius, knee, 0.085});
  legs.push_back({knee, 0.075, paw, kPaw});
  paws.push_back({paw, kPaw, paw + Point{0.07, 0.01}, 0.9 * kPaw});
}

void stand(Skeleton& dog, const Breed& breed, base::Random& random) {
  const double half = 0.5 * (breed.trunk - breed.depth);
  const double back = -(breed.leg + 0.42 * breed.depth);
  dog.hip = {-half, back + random.uniform(-0.03, 0.03)};
  dog.shoulder = {half, back};
  for (const bool near : {false, true}) {
    auto& legs = near ? dog.near_legs : dog.far_legs;
    auto& paws = near ? dog.near_paws : dog.far_legs;
    const double hind = dog.hip.x + random.uniform(-0.16, 0.10);
    const double fore = dog.shoulder.x + random.uniform(-0.08, 0.14);
    const double lift = near ? 0 : 0.05;  // the far side stands higher in the picture
    add_leg(legs, paws, dog.hip, 0.36 * breed.depth, {hind + 0.05, -0.55 * breed.leg},
            {hind - 0.03, -kPaw - lift});
    add_leg(legs, paws, dog.shoulder, 0.28 * breed.depth, {fore, -0.5 * breed.leg},
            {fore, -kPaw - lift});
  }
}

void add_folded_hind_leg(Skeleton& dog, const Breed& breed) {
  const Point knee = dog.hip + Point{0.24, 0.12 * breed.depth};
  dog.near_legs.push_back({dog.hip, 0.46 * breed.depth, knee, 0.13});
  dog.near_paws.push_back(
      {{dog.hip.x + 0.12, -kPaw}, kPaw, {dog.hip.x + 0.22 + 0.2 * breed.leg, -kPaw}, kPaw});
}

void sit(Skeleton& dog, const Breed& breed, base::Random& random) {
  const double steepness = random.uniform(0.75, 1.05);  // radians
  const double spine = breed.trunk - 0.8 * breed.depth;
  dog.hip = {-0.3, -0.46 * breed.depth};
  dog.shoulder = dog.hip + spine * Point{std::cos(steepness), -std::sin(steepness)} +
                 Point{0, -0.35 * breed.leg};
  for (const bool near : {false, true}) {
    auto& legs = near ? dog.near_legs : dog.far_legs;
    auto& paws = near ? dog.near_paws : dog.far_legs;
    const double fore = dog.shoulder.x + random.uniform(-0.02, 0.12);
    add_leg(legs, paws, dog.shoulder, 0.3 * breed.depth, {fore, 0.5 * dog.shoulder.y},
            {fore, near ? -kPaw : -kPaw - 0.03});
  }
  add_folded_hind_leg(dog, breed);
}

void lie(Skeleton& dog, const Breed& breed, base::Random& random) {
  const double half = 0.5 * (breed.trunk - breed.depth);
  dog.hip = {-half, -0.46 * breed.depth};
  dog.shoulder = {half, -0.5 * breed.depth - random.uniform(0, 0.08)};
  const double reach = dog.shoulder.x + 0.12 + 0.6 * breed.leg;
  for (const bool near : {false, true}) {
    auto& legs = near ? dog.near_legs : dog.far_legs;
    auto& paws = near ? dog.near_paws : dog.far_legs;
    add_leg(legs, paws, dog.shoulder, 0.3 * breed.depth, {dog.shoulder.x + 0.02, -0.1},
            {reach + random.uniform(-0.08, 0.08), near ? -kPaw : -kPaw - 0.05});
  }
  add_folded_hind_leg(dog, breed);
}

// Points of a curve that leaves the rump backwards and bends by `bend` radians on its way.
std::vector<Point> bend_tail(Point root, double direction, double bend, double length) {
  constexpr int kSteps = 9;
  std::vector<Point> points{root};
  for (int step = 0; step < kSteps; ++step) {
    const double angle = direction + bend * step / (kSteps - 1);
    points.push_back(points.back() + (length / kSteps) * Point{std::cos(angle), -std::sin(angle)});
  }
  return points;
}

std::vector<Point> pose_tail(const Breed& breed, Point hip, base::Random& random) {
  const Point root = hip + breed.depth * Point{-0.40, -0.14};
  const double wag = random.uniform(-0.35, 0.35);
  switch (breed.tail) {  // angles in radians against the clock; pi points backwards
    case Tail::kLong:
      return bend_tail(root, 3.5 + wag, 0.7, 0.65);
    case Tail::kCurled:
      return bend_tail(root, 2.3 + 0.3 * wag, -5.2, 0.85);
    case Tail::kPlumed:
      return bend_tail(root, 2.9 + wag, -1.0, 0.55);
    case Tail::kDocked:
      return bend_tail(root, 2.5 + wag, 0.0, 0.12);
    case Tail::kSickle:
      return bend_tail(root, 3.3 + wag, -1.9, 0.7);
  }
  return {};
}

}  // namespace

Skeleton pose_skeleton(const Breed& breed, Pose pose, base::Random random) {
  Skeleton dog;
  if (pose == Pose::kStanding) stand(dog, breed, random);
  if (pose == Pose::kSitting) sit(dog, breed, random);
  if (pose == Pose::kLying) lie(dog, breed, random);
  dog.trunk = {dog.hip, 0.44 * breed.depth, dog.shoulder, 0.5 * breed.depth};
  const double rise = random.uniform(0.7, 1.15);  // radians
  const double reach = 0.3 * breed.depth + breed.neck + 0.6 * breed.head;
  dog.head = dog.shoulder + reach * Point{std::cos(rise), -std::sin(rise)};
  dog.neck = {dog.shoulder, 0.38 * breed.depth, dog.head, 0.72 * breed.head};
  dog.tail = pose_tail(breed, dog.hip, random);
  return dog;
}

}  // namespace kennel::dataset

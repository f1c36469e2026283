// Where the parts of a dog are: facing right, x to the right, y down, the ground at y = 0,
// lengths in those of an average trunk.
#pragma once

#include <vector>

#include "base/random.h"
#include "dataset/shot.h"

namespace kennel::dataset {

struct Skeleton {
  Point hip;
  Point shoulder;
  Point head;
  Taper trunk;
  Taper neck;
  std::vector<Taper> far_legs;
  std::vector<Taper> near_legs;
  std::vector<Taper> near_paws;
  std::vector<Point> tail;  // from the root to the tip
};

[[nodiscard]] Skeleton pose_skeleton(const Breed& breed, Pose pose, base::Random random);

}  // namespace kennel::dataset

// The head of a dog, in the coordinates of skeleton.h. `yaw` in radians: 0 looks to the right, a
// quarter turn looks at the camera.
#pragma once

#include "dataset/breed.h"
#include "dataset/drawing.h"

namespace kennel::dataset {

// Skull and muzzle in the colour of the coat, for the markings to be painted on.
void draw_skull(Drawing& drawing, const Breed& breed, Point head, double yaw);
// Mask or blaze, ears, eyes, nose.
void draw_face(Drawing& drawing, const Breed& breed, Point head, double yaw);

}  // namespace kennel::dataset

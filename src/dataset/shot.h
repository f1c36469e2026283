// How one sample photo is taken, and the steps that make it: the place, the dog, the camera.
#pragma once

#include "base/random.h"
#include "dataset/breed.h"
#include "dataset/drawing.h"
#include "vision/image.h"

namespace kennel::dataset {

enum class Pose { kStanding, kSitting, kLying };
enum class Place { kGrass, kSand, kRoom, kStreet, kWater, kSnow };

struct Shot {
  int width = 320;  // in pixels
  int height = 240;
  Place place = Place::kGrass;
  double horizon = 0.4;  // of the height, from the top
  Pose pose = Pose::kStanding;
  double head_yaw = 0;  // radians from profile (0) towards the camera
  bool mirrored = false;
  double tilt = 0;   // radians
  double scale = 1;  // pixels to an average trunk
  Point feet;        // in pixels
  double brightness = 1;
  double warmth = 0;  // what red gains and blue loses
  double noise = 0;   // standard deviation, of 255
  int blurs = 0;      // passes
};

// `trunk` is the breed's, so that a long dog fits the frame, too.
[[nodiscard]] Shot plan_shot(const Breed& breed, base::Random random);

void draw_place(Drawing& drawing, const Shot& shot, base::Random random);
void draw_breed(Drawing& drawing, const Breed& breed, const Shot& shot, base::Random random);
// What stands between the dog and the camera.
void draw_foreground(Drawing& drawing, const Shot& shot, base::Random random);
void expose(vision::Image& image, const Shot& shot, base::Random random);

}  // namespace kennel::dataset

// What makes an invented breed: fixed for its number, whatever the data set's seed.
#pragma once

#include <string>

#include "dataset/drawing.h"

namespace kennel::dataset {

enum class Ear { kPricked, kBat, kFolded, kDrop, kFeathered };
enum class Tail { kLong, kCurled, kPlumed, kDocked, kSickle };
enum class Pattern { kSolid, kSpotted, kPatched, kBrindle, kSaddle, kMerle };
enum class Fur { kSmooth, kWiry, kFluffy };
enum class Face { kPlain, kMask, kBlaze };

// Lengths are in lengths of an average trunk.
struct Breed {
  std::string name;  // "Amber_ridgeling"
  double trunk = 1;
  double depth = 0.4;  // of the chest
  double leg = 0.5;
  double neck = 0.2;
  double head = 0.2;  // radius
  double muzzle = 0.2;
  Ear ear = Ear::kDrop;
  Tail tail = Tail::kLong;
  Pattern pattern = Pattern::kSolid;
  Fur fur = Fur::kSmooth;
  Face face = Face::kPlain;
  bool socks = false;  // feet in the colour of the markings
  Colour coat;
  Colour marking;
};

// `number` from 0 to kSampleClassesMax - 1. No two breeds share both pattern and colours.
[[nodiscard]] Breed make_breed(int number);

}  // namespace kennel::dataset

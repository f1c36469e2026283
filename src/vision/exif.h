// Which way up a photo was taken, from its EXIF block. Private to the room.
#pragma once

#include "base/bytes.h"

namespace kennel::vision {

// What to do with stored pixels to get an upright photo: mirror first, then swap rows and columns.
struct Orientation {
  bool mirror_columns = false;
  bool mirror_rows = false;
  bool transposed = false;

  bool operator==(const Orientation&) const = default;
};

// Orientation tag (0x0112) of the first directory of a TIFF block (Exif 2.32, section 4.5), with
// or without "Exif\0\0" before it. Anything that is missing or makes no sense means upright: a
// photo is worth more than its metadata.
[[nodiscard]] Orientation find_orientation(base::ByteView exif);

}  // namespace kennel::vision

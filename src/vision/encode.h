// Pixels to a JPEG, for thumbnails in reports and for the sample photos.
#pragma once

#include "base/bytes.h"
#include "vision/image.h"

namespace kennel::vision {

// Baseline, 4:2:0, quality 1 to 100. The same bytes for the same pixels on the same build.
[[nodiscard]] base::Bytes encode_jpeg(const Image& image, int quality);

}  // namespace kennel::vision

// The two passes of a resampling: rows get narrower or wider, then columns. Private to the room.
#pragma once

#include "vision/filter_weights.h"
#include "vision/image.h"

namespace kennel::vision {

// The outputs of `across` by those of `down`; the pixels between the passes are rounded to 8 bits.
[[nodiscard]] Image resample(const Image& image, const FilterWeights& across,
                             const FilterWeights& down);

}  // namespace kennel::vision

// A photo on disk as the square that a network reads.
#pragma once

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"
#include "vision/image.h"
#include "vision/transform.h"

namespace kennel::engine {

// The bytes of a photo, at most 256 MiB of them; kInvalid for an empty file.
[[nodiscard]] base::Result<base::Bytes> read_photo(const base::Path& path);

// Decodes at no more pixels than the transform needs. Errors are vision::decode's.
[[nodiscard]] base::Result<vision::Image> to_square(base::ByteView photo,
                                                    const vision::Transform& transform);

}  // namespace kennel::engine

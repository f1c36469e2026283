// What a JPEG's markers tell without decoding it. Private to the room.
#pragma once

#include "base/bytes.h"

namespace kennel::vision {

// The EXIF block of the first APP1 segment that holds one; empty when there is none.
[[nodiscard]] base::ByteView find_jpeg_exif(base::ByteView jpeg);

// At least as many as the scans that a decoder can find: every pair of bytes that could start one
// counts, wherever it stands, so that no file can hide its scans from us.
[[nodiscard]] std::uint64_t count_jpeg_scans(base::ByteView jpeg);

}  // namespace kennel::vision

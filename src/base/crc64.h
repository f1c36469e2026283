// CRC-64/NVME, the checksum that S3 takes of an object whose client sends none.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace kennel::base {

// The CRC of what gave `crc` (0 for nothing yet) followed by `bytes`. Takes the carry-less
// multiplication of the processor where there is one.
[[nodiscard]] std::uint64_t crc64_nvme(std::uint64_t crc, ByteView bytes);

// The same on any processor, by tables.
[[nodiscard]] std::uint64_t crc64_nvme_by_tables(std::uint64_t crc, ByteView bytes);

}  // namespace kennel::base

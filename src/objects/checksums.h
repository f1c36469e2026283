// The checksums that S3 knows, by its names for them.
#pragma once

#include <optional>
#include <string_view>

#include "base/checksum.h"

namespace kennel::objects {

inline constexpr const char* kFullObject = "FULL_OBJECT";
inline constexpr const char* kComposite = "COMPOSITE";

// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256".
[[nodiscard]] inline std::optional<base::ChecksumAlgorithm> find_checksum_algorithm(
    std::string_view name) {
  using Algorithm = base::ChecksumAlgorithm;
  if (name == "CRC32") return Algorithm::kCrc32;
  if (name == "CRC32C") return Algorithm::kCrc32c;
  if (name == "CRC64NVME") return Algorithm::kCrc64Nvme;
  if (name == "SHA1") return Algorithm::kSha1;
  if (name == "SHA256") return Algorithm::kSha256;
  return std::nullopt;
}

}  // namespace kennel::objects

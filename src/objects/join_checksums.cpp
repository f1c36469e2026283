#include <fmt/format.h>

#include "base/checksum.h"
#include "objects/checksums.h"
#include "objects/uploads.h"

namespace kennel::objects {
namespace {

std::optional<std::string> join_crcs(base::ChecksumAlgorithm algorithm,
                                     const std::vector<ObjectPart>& parts) {
  using Algorithm = base::ChecksumAlgorithm;
  if (algorithm == Algorithm::kSha1 || algorithm == Algorithm::kSha256) return std::nullopt;
  base::Bytes joined = base::Checksum(algorithm).finish();
  for (const ObjectPart& part : parts) {
    const auto crc = base::from_base64(part.checksum);
    if (!crc || crc->size() != joined.size()) return std::nullopt;
    joined = base::combine_crc(algorithm, joined, *crc, part.size);
  }
  return base::to_base64(joined);
}

std::optional<std::string> sum_checksums(base::ChecksumAlgorithm algorithm,
                                         const std::vector<ObjectPart>& parts) {
  base::Checksum sum(algorithm);
  for (const ObjectPart& part : parts) {
    const auto bytes = base::from_base64(part.checksum);
    if (!bytes || bytes->empty()) return std::nullopt;
    sum.update(*bytes);
  }
  return fmt::format("{}-{}", base::to_base64(sum.finish()), parts.size());
}

}  // namespace

// S3's user guide, "Checking object integrity": a composite checksum is the checksum of the parts'
// checksums; a CRC of the full object follows from those of its parts.
std::optional<StoredChecksum> join_checksums(const std::string& algorithm, const std::string& type,
                                             const std::vector<ObjectPart>& parts) {
  const auto known = find_checksum_algorithm(algorithm);
  if (!known) return std::nullopt;
  const auto value = type == kFullObject ? join_crcs(*known, parts) : sum_checksums(*known, parts);
  if (!value) return std::nullopt;
  return StoredChecksum{algorithm, type, *value};
}

}  // namespace kennel::objects

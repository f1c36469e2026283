// What lies in the buckets, and what it takes on the disk. Reads only, beside whoever writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/blobs.h"
#include "store/records.h"

namespace kennel::objects {

struct BucketUsage {
  std::string bucket;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t versions = 0;  // that are not the latest, and delete markers
  std::uint64_t version_bytes = 0;
  std::uint64_t uploads = 0;  // in progress
  std::uint64_t upload_bytes = 0;

  bool operator==(const BucketUsage&) const = default;
};

struct Usage {
  std::vector<BucketUsage> buckets;
  std::uint64_t logical_bytes = 0;  // of all objects, versions and parts, each for itself
  std::uint64_t stored_bytes = 0;   // of the blobs that they lie in, with what is to be collected
};

[[nodiscard]] Usage measure_usage(const store::Records& records, const store::Blobs& blobs);

}  // namespace kennel::objects

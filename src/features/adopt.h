// Takes features that another process computed into a cache, once they have been checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/disk.h"

namespace kennel::features {

struct AdoptOptions {
  std::uint64_t segment_bytes_max = 64 * base::kMiB;
  std::uint64_t total_bytes_max = 16 * base::kGiB;
  std::size_t files_max = 100'000;
};

struct Adopted {
  std::size_t segments = 0;          // put into the cache
  std::size_t known = 0;             // sound, and in the cache already
  std::uint64_t bytes = 0;           // of `segments`
  std::vector<std::string> refused;  // "<space>/<name>: why"
};

// Puts what a job wrote into `from`, a folder laid out like a cache's root, into the cache at
// `cache_root`. All of it is foreign: taken are folders that are named by the digest of what their
// space.json says, and in them segments of that space whose name, sizes and checksums are right and
// whose features are finite numbers; regular files only, no link is followed. What does not check
// out is left out and told of. Whether features belong to their photos cannot be checked: adopt
// from programs of our own only. Nobody may write into `from` meanwhile. A segment keeps its file
// where both lie on one file system, and is copied otherwise; it is on disk when this returns.
// Nothing there is nothing to adopt. Throws DiskError; what was adopted until then stays.
[[nodiscard]] Adopted adopt_segments(base::Disk& disk, const base::Path& from,
                                     const base::Path& cache_root,
                                     const AdoptOptions& options = {});

}  // namespace kennel::features

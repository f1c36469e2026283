// The gzipped tar around a model package. Foreign archives are read into memory under limits, and
// nothing of one is ever written to disk.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"

namespace kennel::network {

struct ArchiveLimits {
  std::uint64_t entries_max = 256;
  std::uint64_t total_bytes_max = 4 * base::kGiB;
  // Unpacked bytes for a packed one, once more than 16 MiB have come out.
  double ratio_max = 200;
};

struct ArchiveEntry {
  std::string name;
  base::ByteView bytes;
};

// Regular files by their names. Refused, by name: absolute paths, `..`, links, devices, two
// entries of one name, anything beyond the limits, a truncated or damaged archive. A leading "./"
// is dropped; folders are passed over.
[[nodiscard]] base::Result<std::map<std::string, base::Bytes>> read_archive(
    const base::Path& path, const ArchiveLimits& limits = {});

// The same from memory.
[[nodiscard]] base::Result<std::map<std::string, base::Bytes>> parse_archive(
    base::ByteView packed, const ArchiveLimits& limits = {});

// A `.tar.gz` whose content is stored, not deflated (weights hardly shrink, and deflating them
// costs seconds). Owner, mode and time are constant, so the same entries give the same bytes.
// Appears whole under `path`, or not at all.
void write_archive(base::Disk& disk, const base::Path& path,
                   const std::vector<ArchiveEntry>& entries);

}  // namespace kennel::network

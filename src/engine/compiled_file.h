// One file of the cache of compiled networks.
//
//   "kennel\0\2"   u64 bytes of the header
//   the header: JSON {"classes": [...], "backbone", "precision"}
//   zeros up to the next page
//   the network, as OpenVINO exported it
//   u64 XXH3 of all that stands before it
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "engine/precision.h"

namespace kennel::engine {

struct CompiledFacts {
  std::vector<std::string> classes;
  std::string backbone;
  Precision precision = Precision::kF32;
};

struct CompiledFile {
  CompiledFacts facts;
  std::shared_ptr<const base::MappedFile> file;
  base::ByteView compiled;  // a part of `file`
};

// kNotFound: there is none. kCorrupt: it is not what was written.
[[nodiscard]] base::Result<CompiledFile> read_compiled(const base::Path& path);

// Throws DiskError.
void write_compiled(base::Disk& disk, const base::Path& path, const CompiledFacts& facts,
                    std::string_view compiled);

// Removes files, those written longest ago first, until `bytes_max` are left.
void trim_compiled(base::Disk& disk, const base::Path& folder, std::uint64_t bytes_max);

}  // namespace kennel::engine

// Whether what lies on the disk is what the records say: every blob that an object, a version or a
// part of an upload names is there, held by whoever names it, and byte for byte what was written.
//
//   files in blobs/  -> those that no record names
//   blobs            -> each that is held is read once, whatever number of objects share it
//   objects, versions, parts -> each blob that they name: known, sound, held
//
// Reads only, beside whoever writes: what is found is looked at again before it is told. What is
// remembered of sound objects and blobs is their number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/blobs.h"
#include "store/records.h"

namespace kennel::objects {

enum class Damage {
  kCorrupt,  // the bytes are not what was written, or cannot be read
  kMissing,  // there is no file, or no record of the blob
  kUnheld,   // all is there, but the collector would take it away
};

// Of an object's version, or of a part of an upload in progress; of neither where nobody names a
// damaged blob that somebody holds.
struct Finding {
  Damage damage = Damage::kCorrupt;
  std::string bucket;
  std::string key;
  std::string version_id;  // as clients know it
  std::string upload_id;
  std::uint32_t part = 0;
  std::string blob;  // the digest's hex digits; empty: not even that is known any more
  std::string text;  // for people
};

struct CheckReport {
  std::uint64_t objects = 0;  // versions with content
  std::uint64_t parts = 0;    // of uploads in progress
  std::uint64_t blobs = 0;    // that somebody holds
  std::uint64_t bytes = 0;    // of these blobs
  std::vector<Finding> findings;
  std::uint64_t garbage_blobs = 0;  // that nobody holds: they will be collected
  std::uint64_t garbage_bytes = 0;
  std::vector<std::string> orphans;  // files in blobs/ that no record names, or not yet
};

struct CheckOptions {
  int threads = 2;
  // Blobs that were read, and how many there are about; from one thread at a time.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
};

[[nodiscard]] CheckReport check_objects(const store::Records& records, const store::Blobs& blobs,
                                        const CheckOptions& options = {});

}  // namespace kennel::objects

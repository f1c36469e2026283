// Features on disk, computed once per photo and read by every later epoch and run.
//
// A cache is a folder; a space in it holds the features of one network, transform and precision:
//
//   <root>/<space>/space.json          what the space holds, for people and for `kennel cache`
//   <root>/<space>/<digest>.features   a segment: rows that were computed together
//
// A segment never changes: it is written beside its name, synced and renamed, so that processes
// need no lock and a kill leaves whole segments only. Two processes that compute the same photos
// write two segments, or the same one twice. Layout, little-endian:
//
//   0   8  magic "KNLFEAT1"
//   8   4  row width, in f32 values          12  4  number of rows
//   16 32  digest that names the space       48  8  XXH3-64 of the table
//   56  8  XXH3-64 of bytes 0 to 56
//   64     table: a row each: SHA-256 of the photo (32), XXH3-64 of its features (8)
//   then, at the next multiple of 64: rows of f32
//
// A segment that does not check out is passed over, a row that does not is computed again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"
#include "base/error.h"

namespace kennel::features {

// What tells one space from another; `digest` over all of it names the space.
struct SpaceKey {
  std::string backbone;
  base::Digest weights;
  std::string transform;  // as text, see to_text(Transform)
  std::string precision;
  std::string engine;  // the inference library and its version
  int width = 0;

  [[nodiscard]] base::Digest digest() const;
};

// The rows of one space. One thread at a time for `append`; `find` from any thread between appends.
class FeatureSpace {
 public:
  // Opens or makes the space. Segments that other processes add later are not seen.
  FeatureSpace(base::Disk& disk, const base::Path& cache_root, const SpaceKey& key);

  // The features of a photo, mapped from disk: valid as long as this object.
  [[nodiscard]] std::optional<std::span<const float>> find(const base::Digest& photo) const;

  struct Row {
    base::Digest photo;
    std::vector<float> features;
  };
  // Writes the rows as a segment; they are on disk, and found, when this returns.
  void append(std::span<const Row> rows);

 private:
  struct Location {
    std::span<const float> features;
    std::uint64_t checksum = 0;
  };
  void add_segment(const base::Path& path);

  base::Disk& disk_;
  base::Path folder_;
  base::Digest digest_;
  int width_;
  std::vector<base::MappedFile> segments_;
  std::unordered_map<base::Digest, Location, base::DigestHash> rows_;
};

// One space of a cache, for people.
struct SpaceSummary {
  std::string name;  // the folder's
  std::string backbone;
  std::string precision;
  std::uint64_t photos = 0;  // rows, those stored twice counted twice
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point last_used;
};

[[nodiscard]] std::vector<SpaceSummary> list_spaces(const base::Path& cache_root);

struct TrimOptions {
  std::uint64_t bytes_max = 0;  // 0 empties the cache
};

// Removes the segments that were longest not used until the rest fits. A process that has one
// mapped keeps reading it. Returns the bytes freed.
std::uint64_t trim_cache(base::Disk& disk, const base::Path& cache_root,
                         const TrimOptions& options);

}  // namespace kennel::features

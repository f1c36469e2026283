// A blob's file, read with its checksums: XXH3-64 of every block of 1 MiB, made as it was written.
// No byte comes out of a block that does not match.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/disk.h"

namespace kennel::store {

inline constexpr std::size_t kBlockBytes = base::kMiB;

// What the records know of a blob.
struct BlobRow {
  base::Digest digest;  // SHA-256 of its bytes
  std::uint64_t size = 0;
  std::string file;                      // below the blobs' folder: "ab/ab12...-00ff..."
  std::vector<std::uint64_t> checksums;  // a block each

  bool operator==(const BlobRow&) const = default;
};

[[nodiscard]] std::string to_record(const BlobRow& row);
[[nodiscard]] BlobRow blob_row_from_record(const base::Digest& digest, std::string_view record);

[[nodiscard]] std::uint64_t block_checksum(base::ByteView block);

// One reader, one thread at a time. Stays readable where the blob is removed meanwhile.
class BlobFile {
 public:
  // kCorrupt: the file is not there, or has not the size that it should have.
  [[nodiscard]] static base::Result<BlobFile> open(base::Disk& disk, const base::Path& folder,
                                                   BlobRow row);

  [[nodiscard]] const BlobRow& row() const { return row_; }
  [[nodiscard]] std::uint64_t size() const { return row_.size; }
  // Bytes from `offset` on, at least one and at most to the end of their block; good until the next
  // call. `offset` is below the size. kCorrupt: the block is not what was written. Throws
  // DiskError.
  [[nodiscard]] base::Result<base::ByteView> read(std::uint64_t offset);
  // Fills `into` from `offset` on, over as many blocks as it takes.
  [[nodiscard]] base::Result<void> read_exactly(std::uint64_t offset, std::span<std::uint8_t> into);
  // Reads all of it, and says whether it is what was written.
  [[nodiscard]] base::Result<void> verify();

 private:
  BlobFile(std::unique_ptr<base::ReadableFile> file, BlobRow row)
      : file_(std::move(file)), row_(std::move(row)) {}
  [[nodiscard]] base::Result<void> load(std::size_t block);

  std::unique_ptr<base::ReadableFile> file_;
  BlobRow row_;
  std::unique_ptr<std::uint8_t[]> buffer_;  // the block `loaded_`
  base::ByteView block_;                    // as much of it as the block has
  std::size_t loaded_ = SIZE_MAX;
};

}  // namespace kennel::store

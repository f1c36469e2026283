// The bytes of an object, read from its blobs one block at a time. Whatever becomes of the object
// meanwhile, its bytes stay readable. One thread at a time; the Blobs outlive it.
#pragma once

#include <optional>
#include <vector>

#include "objects/object.h"
#include "store/blobs.h"

namespace kennel::objects {

class ContentReader {
 public:
  ContentReader(store::Blobs& blobs, std::vector<Extent> extents);

  [[nodiscard]] std::uint64_t size() const { return end_; }
  // Bytes from `offset` on, at least one; good until the next call. `offset` is below the size.
  // kCorrupt: what lies on the disk is not what was written. Throws DiskError.
  [[nodiscard]] base::Result<base::ByteView> read(std::uint64_t offset);
  // Fills `into`, which lies within the content.
  [[nodiscard]] base::Result<void> read_exactly(std::uint64_t offset, std::span<std::uint8_t> into);

 private:
  store::Blobs* blobs_;
  store::BlobPin pin_;
  std::vector<Extent> extents_;
  std::vector<std::uint64_t> begins_;  // of the extents within the content
  std::uint64_t end_ = 0;
  std::optional<store::BlobFile> file_;
  std::size_t opened_ = 0;  // the extent of `file_`
};

}  // namespace kennel::objects

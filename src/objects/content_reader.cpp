#include "objects/content_reader.h"

#include <algorithm>
#include <cstring>

namespace kennel::objects {
namespace {

std::vector<base::Digest> digests_of(const std::vector<Extent>& extents) {
  std::vector<base::Digest> digests;
  digests.reserve(extents.size());
  for (const Extent& extent : extents) digests.push_back(extent.digest);
  return digests;
}

}  // namespace

ContentReader::ContentReader(store::Blobs& blobs, std::vector<Extent> extents)
    : blobs_(&blobs), pin_(blobs.pin(digests_of(extents))), extents_(std::move(extents)) {
  begins_.reserve(extents_.size());
  for (const Extent& extent : extents_) {
    begins_.push_back(end_);
    end_ += extent.length;
  }
}

base::Result<base::ByteView> ContentReader::read(std::uint64_t offset) {
  base::check(offset < end_, "content is read within its size");
  const auto after = std::ranges::upper_bound(begins_, offset);
  const auto index = static_cast<std::size_t>(after - begins_.begin()) - 1;
  const Extent& extent = extents_[index];
  if (!file_ || opened_ != index) {
    file_.reset();
    KENNEL_TRY(file_, blobs_->open(extent.digest));
    opened_ = index;
  }
  const std::uint64_t within = offset - begins_[index];
  KENNEL_TRY(const base::ByteView bytes, file_->read(extent.offset + within));
  return bytes.first(std::min<std::uint64_t>(bytes.size(), extent.length - within));
}

base::Result<void> ContentReader::read_exactly(std::uint64_t offset, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    KENNEL_TRY(const base::ByteView bytes, read(offset));
    const std::size_t count = std::min(bytes.size(), into.size());
    std::memcpy(into.data(), bytes.data(), count);
    into = into.subspan(count);
    offset += count;
  }
  return {};
}

}  // namespace kennel::objects

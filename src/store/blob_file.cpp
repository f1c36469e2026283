#include "store/blob_file.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace kennel::store {
namespace {

using base::Result;
using nlohmann::json;

base::Bytes to_bytes(const std::vector<std::uint64_t>& numbers) {
  base::Bytes bytes(numbers.size() * sizeof(std::uint64_t));
  if (!numbers.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

std::vector<std::uint64_t> to_numbers(const base::Bytes& bytes) {
  std::vector<std::uint64_t> numbers(bytes.size() / sizeof(std::uint64_t));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * 8);
  return numbers;
}

tl::unexpected<base::Error> damaged(const BlobRow& row, std::string_view how) {
  return base::fail(base::ErrorKind::kCorrupt, fmt::format("the blob {} {}", row.file, how));
}

}  // namespace

std::string to_record(const BlobRow& row) {
  return json{
      {"size", row.size}, {"file", row.file}, {"sums", base::to_base64(to_bytes(row.checksums))}}
      .dump();
}

BlobRow blob_row_from_record(const base::Digest& digest, std::string_view record) {
  const json value = json::parse(record);
  const auto checksums = base::from_base64(value.at("sums").get_ref<const std::string&>());
  base::check(checksums.has_value(), "a blob's record has its checksums in base64");
  return {digest, value.at("size"), value.at("file"), to_numbers(*checksums)};
}

std::uint64_t block_checksum(base::ByteView block) {
  return XXH3_64bits(block.data(), block.size());
}

Result<BlobFile> BlobFile::open(base::Disk& disk, const base::Path& folder, BlobRow row) {
  auto file = disk.open(folder / row.file);
  if (!file) return damaged(row, "is missing");
  const std::uint64_t size = (*file)->size();
  if (size != row.size) {
    return damaged(row, fmt::format("has {} bytes instead of {}", size, row.size));
  }
  return BlobFile(*std::move(file), std::move(row));
}

Result<void> BlobFile::load(std::size_t block) {
  if (loaded_ == block) return {};
  loaded_ = SIZE_MAX;
  const std::uint64_t begin = std::uint64_t{block} * kBlockBytes;
  buffer_.resize(std::min<std::uint64_t>(kBlockBytes, row_.size - begin));
  const std::size_t got = file_->read(begin, buffer_);
  const bool whole = got == buffer_.size() && block < row_.checksums.size();
  if (!whole || block_checksum(buffer_) != row_.checksums[block]) {
    return damaged(row_, fmt::format("is not what was written, between the bytes {} and {}", begin,
                                     begin + buffer_.size()));
  }
  loaded_ = block;
  return {};
}

Result<base::ByteView> BlobFile::read(std::uint64_t offset) {
  base::check(offset < row_.size, "a blob is read within its size");
  KENNEL_TRY_VOID(load(offset / kBlockBytes));
  return base::ByteView(buffer_).subspan(offset % kBlockBytes);
}

Result<void> BlobFile::read_exactly(std::uint64_t offset, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    KENNEL_TRY(const base::ByteView bytes, read(offset));
    const std::size_t count = std::min(bytes.size(), into.size());
    std::memcpy(into.data(), bytes.data(), count);
    into = into.subspan(count);
    offset += count;
  }
  return {};
}

Result<void> BlobFile::verify() {
  for (std::size_t block = 0; std::uint64_t{block} * kBlockBytes < row_.size; ++block) {
    KENNEL_TRY_VOID(load(block));
  }
  return {};
}

}  // namespace kennel::store

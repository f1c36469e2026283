#include "services/s3/copy_source.h"

#include <algorithm>

namespace kennel::services::s3 {

wire::Outcome<SummedRange> sum_range(objects::ContentReader& reader, ByteRange range,
                                     base::ChecksumAlgorithm algorithm) {
  base::Md5 md5;
  base::Checksum checksum(algorithm);
  for (std::uint64_t at = range.begin; at < range.begin + range.length;) {
    const auto read = reader.read(at);
    if (!read) return wire::refuse(to_error({objects::Problem::kDamaged}, {}));
    const base::ByteView bytes =
        read->first(std::min<std::uint64_t>(read->size(), range.begin + range.length - at));
    md5.update(bytes);
    checksum.update(bytes);
    at += bytes.size();
  }
  return SummedRange{base::to_hex(md5.finish()), base::to_base64(checksum.finish())};
}

std::vector<objects::Extent> slice(const std::vector<objects::Extent>& extents, ByteRange range) {
  std::vector<objects::Extent> sliced;
  const std::uint64_t end = range.begin + range.length;
  std::uint64_t begin = 0;
  for (const objects::Extent& extent : extents) {
    const std::uint64_t from = std::max(range.begin, begin);
    const std::uint64_t to = std::min(end, begin + extent.length);
    if (from < to) {
      objects::Extent piece = extent;
      piece.offset += from - begin;
      piece.length = to - from;
      sliced.push_back(piece);
    }
    begin += extent.length;
  }
  return sliced;
}

}  // namespace kennel::services::s3

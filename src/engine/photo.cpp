#include "engine/photo.h"

#include "vision/decode.h"

namespace kennel::engine {
namespace {

constexpr std::uint64_t kPhotoBytesMax = 256 * base::kMiB;

}  // namespace

base::Result<base::Bytes> read_photo(const base::Path& path) {
  KENNEL_TRY(auto bytes, base::read_file(path, kPhotoBytesMax));
  if (bytes.empty()) return base::fail(base::ErrorKind::kInvalid, "the file is empty");
  return bytes;
}

base::Result<vision::Image> to_square(base::ByteView photo, const vision::Transform& transform) {
  KENNEL_TRY(const auto image,
             vision::decode(photo, {.side_min = vision::find_side_min(transform)}));
  return vision::apply(transform, image);
}

}  // namespace kennel::engine

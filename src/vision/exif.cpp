#include "vision/exif.h"

#include <algorithm>
#include <array>
#include <optional>

namespace kennel::vision {
namespace {

// A TIFF block says in its first two bytes which end of its numbers comes first.
class TiffReader {
 public:
  TiffReader(base::ByteView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::optional<std::uint32_t> find_u16(std::size_t at) const { return find(at, 2); }
  [[nodiscard]] std::optional<std::uint32_t> find_u32(std::size_t at) const { return find(at, 4); }

 private:
  [[nodiscard]] std::optional<std::uint32_t> find(std::size_t at, std::size_t length) const {
    if (at > bytes_.size() || bytes_.size() - at < length) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      value = value << 8 | bytes_[at + (big_endian_ ? i : length - 1 - i)];
    }
    return value;
  }

  base::ByteView bytes_;
  bool big_endian_;
};

std::optional<std::uint32_t> find_orientation_value(const TiffReader& tiff) {
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  constexpr std::size_t kEntrySize = 12;
  const auto directory = tiff.find_u32(4);
  if (!directory) return std::nullopt;
  const auto entries = tiff.find_u16(*directory);
  for (std::size_t i = 0; entries && i < *entries; ++i) {
    const std::size_t entry = *directory + 2 + i * kEntrySize;
    const auto tag = tiff.find_u16(entry);
    if (!tag) return std::nullopt;
    if (*tag == kOrientationTag && tiff.find_u16(entry + 2) == kShort) {
      return tiff.find_u16(entry + 8);
    }
  }
  return std::nullopt;
}

Orientation to_orientation(std::uint32_t value) {
  const bool known = value >= 1 && value <= 8;
  if (!known) return {};
  return {.mirror_columns = value == 2 || value == 3 || value == 7 || value == 8,
          .mirror_rows = value == 3 || value == 4 || value == 6 || value == 7,
          .transposed = value >= 5};
}

}  // namespace

Orientation find_orientation(base::ByteView exif) {
  constexpr std::array<std::uint8_t, 6> kPrefix{'E', 'x', 'i', 'f', 0, 0};
  if (exif.size() >= kPrefix.size() && std::ranges::equal(exif.first(kPrefix.size()), kPrefix)) {
    exif = exif.subspan(kPrefix.size());
  }
  if (exif.size() < 8) return {};
  const bool big_endian = exif[0] == 'M' && exif[1] == 'M';
  const bool little_endian = exif[0] == 'I' && exif[1] == 'I';
  const TiffReader tiff(exif, big_endian);
  if ((!big_endian && !little_endian) || tiff.find_u16(2) != 42U) return {};
  return to_orientation(find_orientation_value(tiff).value_or(1));
}

}  // namespace kennel::vision

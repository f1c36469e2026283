#include "vision/jpeg_markers.h"

#include <optional>
#include <string_view>

namespace kennel::vision {
namespace {

constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kApp1 = 0xE1;

struct Segment {
  std::uint8_t marker = 0;
  base::ByteView payload;
  std::size_t end = 0;
};

// A segment is FF, the marker, a big-endian length that counts itself, and the payload.
std::optional<Segment> find_segment(base::ByteView jpeg, std::size_t at) {
  while (at + 1 < jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] == 0xFF) ++at;  // fill bytes
  if (at + 4 > jpeg.size() || jpeg[at] != 0xFF) return std::nullopt;
  const std::size_t length = std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
  if (length < 2 || length > jpeg.size() - at - 2) return std::nullopt;
  return Segment{jpeg[at + 1], jpeg.subspan(at + 4, length - 2), at + 2 + length};
}

}  // namespace

base::ByteView find_jpeg_exif(base::ByteView jpeg) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  constexpr std::size_t kFirstSegment = 2;  // after the start-of-image marker
  for (auto segment = find_segment(jpeg, kFirstSegment); segment && segment->marker != kStartOfScan;
       segment = find_segment(jpeg, segment->end)) {
    const bool is_exif = base::as_text(segment->payload).starts_with(kExif);
    if (segment->marker == kApp1 && is_exif) return segment->payload;
  }
  return {};
}

std::uint64_t count_jpeg_scans(base::ByteView jpeg) {
  constexpr std::string_view kScanMarker("\xFF\xDA", 2);
  const std::string_view text = base::as_text(jpeg);
  std::uint64_t scans = 0;
  for (std::size_t at = text.find(kScanMarker); at != std::string_view::npos;
       at = text.find(kScanMarker, at + kScanMarker.size())) {
    ++scans;
  }
  return scans;
}

}  // namespace kennel::vision

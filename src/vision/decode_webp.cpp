#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>

#include "vision/canvas.h"
#include "vision/decoders.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;
using Demuxer = std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)>;

// The first frame of an animation, or the only image: its place on the canvas and its bytes.
class FirstFrame {
 public:
  explicit FirstFrame(const Demuxer& demuxer)
      : found_(WebPDemuxGetFrame(demuxer.get(), 1, &frame_) != 0) {}
  ~FirstFrame() { WebPDemuxReleaseIterator(&frame_); }
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;

  [[nodiscard]] bool is_found() const { return found_; }
  [[nodiscard]] const WebPIterator* operator->() const { return &frame_; }

 private:
  WebPIterator frame_{};
  bool found_;
};

base::Result<Demuxer> open_webp(base::ByteView bytes) {
  const WebPData data{bytes.data(), bytes.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  Demuxer demuxer(WebPDemuxPartial(&data, &state), &WebPDemuxDelete);
  if (state == WEBP_DEMUX_PARSE_ERROR) {
    return base::fail(ErrorKind::kCorrupt, "the file's chunks are damaged");
  }
  if (state != WEBP_DEMUX_DONE || demuxer == nullptr) {
    return base::fail(ErrorKind::kCorrupt, "truncated: the file ends before the image does");
  }
  return demuxer;
}

Orientation find_webp_orientation(const Demuxer& demuxer) {
  WebPChunkIterator exif{};
  Orientation orientation;
  if (WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &exif) != 0) {
    orientation = find_orientation({exif.chunk.bytes, exif.chunk.size});
  }
  WebPDemuxReleaseChunkIterator(&exif);
  return orientation;
}

// libwebp holds 4 bytes of its own for a pixel of a lossless image, and 1 for the alpha of others.
base::Result<int> count_bytes_per_pixel(const FirstFrame& frame, bool turned) {
  constexpr int kLossless = 2;
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &features) != VP8_STATUS_OK) {
    return base::fail(ErrorKind::kCorrupt, "the image's header is damaged");
  }
  const int decoder = features.format == kLossless ? 4 : features.has_alpha;
  return std::max(4 + decoder, turned ? 6 : 0);
}

base::Result<base::Bytes> decode_rgba(const FirstFrame& frame, int width, int height) {
  const std::size_t stride = std::size_t{4} * static_cast<std::size_t>(width);
  // White where the frame does not reach.
  base::Bytes rgba(stride * static_cast<std::size_t>(height), 0xFF);
  const std::size_t start = static_cast<std::size_t>(frame->y_offset) * stride +
                            static_cast<std::size_t>(frame->x_offset) * 4;
  if (WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size, rgba.data() + start,
                         rgba.size() - start, static_cast<int>(stride)) == nullptr) {
    return base::fail(ErrorKind::kCorrupt, "the image data is damaged");
  }
  return rgba;
}

}  // namespace

base::Result<Image> decode_webp(base::ByteView bytes, const DecodeBudget& budget) {
  KENNEL_TRY(const Demuxer demuxer, open_webp(bytes));
  const FirstFrame frame(demuxer);
  if (!frame.is_found()) return base::fail(ErrorKind::kCorrupt, "there is no image in the file");
  const Orientation orientation = find_webp_orientation(demuxer);
  KENNEL_TRY(const int bytes_per_pixel, count_bytes_per_pixel(frame, orientation != Orientation{}));
  const auto width = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
  const auto height = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  KENNEL_TRY_VOID(check_output(width, height, bytes_per_pixel, budget));
  KENNEL_TRY(auto rgba, decode_rgba(frame, width, height));
  return turn_upright(lay_on_white(width, height, std::move(rgba)), orientation);
}

}  // namespace kennel::vision

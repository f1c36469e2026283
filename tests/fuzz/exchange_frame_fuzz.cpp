// Any bytes as what an instance of a job hears from another: as a stream of messages, and as the
// payload of each kind of message, which no checksum then guards. What is understood gives the same
// bytes or values again. The first byte is the width of the features.
#include <algorithm>

#include "base/error.h"
#include "instance/frame.h"

namespace {

namespace base = kennel::base;
namespace instance = kennel::instance;
using instance::Frame;
using instance::FrameKind;

void check_again(const Frame& frame) {
  const base::Bytes bytes = instance::encode_frame(frame);
  const base::ByteView view(bytes);
  const auto header = instance::parse_header(view.first(instance::kFrameHeaderSize));
  base::check(header && header->length == frame.payload.size(), "a header is understood again");
  const auto payload = view.subspan(instance::kFrameHeaderSize);
  const auto again = instance::to_frame(*header, {payload.begin(), payload.end()});
  base::check(again && again->payload == frame.payload, "a message is understood again");
}

void check_photos(const Frame& frame, int width) {
  const auto photos = instance::parse_photos(frame, width);
  if (!photos) return;
  for (const instance::SharedPhoto& photo : *photos) {
    base::check(!photo.path.starts_with('/') && photo.path.find("../") == std::string::npos,
                "a photo stays in its folder");
  }
  base::check(instance::to_frame(*photos, width).payload == frame.payload,
              "photos give their message again");
}

void check_hello(const Frame& frame) {
  const auto hello = instance::parse_hello(frame);
  if (!hello) return;
  const auto again = instance::parse_hello(instance::to_frame(*hello));
  base::check(again && again->host == hello->host && again->token == hello->token &&
                  again->space == hello->space,
              "a hello is understood again");
}

void check_as_all(Frame frame, int width) {
  check_again(frame);
  for (FrameKind kind : {FrameKind::kHello, FrameKind::kPhotos, FrameKind::kDone}) {
    frame.kind = kind;
    check_photos(frame, width);
    check_hello(frame);
    if (const auto done = instance::parse_done(frame)) {
      base::check(instance::parse_done(instance::to_done(*done)) == *done, "a count stays");
    }
  }
  const std::string text = instance::error_text(frame);
  base::check(text.find('\n') == std::string::npos, "an error is one line");
}

// As a connection receives it.
void check_stream(base::ByteView bytes, int width) {
  while (bytes.size() >= instance::kFrameHeaderSize) {
    const auto header = instance::parse_header(bytes.first(instance::kFrameHeaderSize));
    bytes = bytes.subspan(instance::kFrameHeaderSize);
    if (!header || header->length > bytes.size()) return;
    const base::ByteView payload = bytes.first(header->length);
    bytes = bytes.subspan(header->length);
    const auto frame = instance::to_frame(*header, {payload.begin(), payload.end()});
    if (!frame) return;
    check_as_all(*frame, width);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int width = data[0] % 16;
  const base::ByteView bytes = base::ByteView(data, size).subspan(1);
  check_stream(bytes, width);
  check_as_all({FrameKind::kError, {bytes.begin(), bytes.end()}}, width);
  return 0;
}

#include <fmt/format.h>

#include <limits>
#include <memory>

#include "vision/canvas.h"
#include "vision/decoders.h"

// Compiled here and visible nowhere else.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#include <stb_image.h>

namespace kennel::vision {
namespace {

using base::ErrorKind;

// The fields that say how long the file must be; stb reads zeros where it ends too early.
struct BmpHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t bits_per_pixel = 0;
  std::int64_t pixels_start = 0;
  // Only the header's later versions say which bits are alpha; before, the fourth byte is padding.
  bool has_alpha = false;
};

std::int64_t read_little_endian(base::ByteView bytes, std::size_t at, std::size_t length) {
  std::int64_t value = 0;
  for (std::size_t i = length; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

// "BM", file size, reserved, start of the pixels; then, by its length, a header of 1987 with
// 16-bit sides or one of many later ones, which all begin alike.
base::Result<BmpHeader> read_header(base::ByteView bytes) {
  constexpr std::size_t kShortestHeader = 34;
  constexpr std::int64_t kOldLength = 12;
  constexpr std::int64_t kLengthWithAlphaMask = 108;
  constexpr std::int64_t kBitFields = 3;
  if (bytes.size() < kShortestHeader) {
    return base::fail(ErrorKind::kCorrupt, "truncated: the file ends within its header");
  }
  const auto field = [bytes](std::size_t at, std::size_t length) {
    return read_little_endian(bytes, at, length);
  };
  const std::int64_t length = field(14, 4);
  if (length == kOldLength) {
    return BmpHeader{field(18, 2), field(20, 2), field(24, 2), field(10, 4), false};
  }
  const auto width = static_cast<std::int32_t>(field(18, 4));
  // A negative height means rows from the top.
  const std::int64_t height = std::abs(std::int64_t{static_cast<std::int32_t>(field(22, 4))});
  const bool has_alpha = length >= kLengthWithAlphaMask && field(30, 4) == kBitFields;
  return BmpHeader{width, height, field(28, 2), field(10, 4), has_alpha};
}

base::Result<void> check_length(const BmpHeader& header, base::ByteView bytes) {
  const std::int64_t row_bits = header.width * header.bits_per_pixel;
  const std::int64_t stride = (row_bits + 31) / 32 * 4;
  // The last row may come without its padding.
  const std::int64_t needed =
      header.pixels_start + stride * (header.height - 1) + (row_bits + 7) / 8;
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size > std::numeric_limits<int>::max()) {
    return base::fail(ErrorKind::kTooLarge,
                      fmt::format("the file has {}", base::to_human_size(bytes.size())));
  }
  if (size >= needed) return {};
  return base::fail(
      ErrorKind::kCorrupt,
      fmt::format("truncated: its header promises {} bytes, there are {}", needed, size));
}

}  // namespace

base::Result<Image> decode_bmp(base::ByteView bytes, const DecodeBudget& budget) {
  KENNEL_TRY(const BmpHeader header, read_header(bytes));
  const int channels = header.has_alpha ? 4 : 3;
  // stb's pixels and ours.
  KENNEL_TRY_VOID(check_output(header.width, header.height, 2 * channels, budget));
  KENNEL_TRY_VOID(check_length(header, bytes));
  int width = 0;
  int height = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> loaded(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, nullptr,
                            channels),
      &stbi_image_free);
  if (loaded == nullptr) return base::fail(ErrorKind::kCorrupt, stbi_failure_reason());
  const std::int64_t size = std::int64_t{channels} * width * height;
  base::Bytes pixels(loaded.get(), loaded.get() + size);
  if (header.has_alpha) return lay_on_white(width, height, std::move(pixels));
  return Image{.width = width, .height = height, .pixels = std::move(pixels)};
}

}  // namespace kennel::vision

#include "vision/decode.h"

#include <fmt/format.h>

#include "vision/decoders.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;

bool has_at(base::ByteView bytes, std::size_t at, std::string_view magic) {
  return base::as_text(bytes).substr(std::min(at, bytes.size())).starts_with(magic);
}

// The first bytes as people can read them: letters as they are, the rest in hexadecimal.
std::string to_beginning(base::ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 12))) {
    const bool printable = byte >= 0x20 && byte < 0x7F;
    text += printable ? std::string(1, static_cast<char>(byte)) : fmt::format("\\x{:02x}", byte);
  }
  return text;
}

base::Result<Image> decode_as(ImageFormat format, base::ByteView bytes,
                              const DecodeOptions& options) {
  switch (format) {
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes, options);
    case ImageFormat::kPng:
      return decode_png(bytes, options.budget);
    case ImageFormat::kWebp:
      return decode_webp(bytes, options.budget);
    case ImageFormat::kGif:
      return decode_gif(bytes, options.budget);
    case ImageFormat::kBmp:
      return decode_bmp(bytes, options.budget);
  }
  return base::fail(ErrorKind::kInvalid, "unknown image format");
}

}  // namespace

std::string_view to_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kGif:
      return "GIF";
    case ImageFormat::kBmp:
      return "BMP";
  }
  return "unknown";
}

std::optional<ImageFormat> find_format(base::ByteView bytes) {
  if (has_at(bytes, 0, "\xFF\xD8\xFF")) return ImageFormat::kJpeg;
  if (has_at(bytes, 0, "\x89PNG\r\n\x1A\n")) return ImageFormat::kPng;
  if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP")) return ImageFormat::kWebp;
  if (has_at(bytes, 0, "GIF87a") || has_at(bytes, 0, "GIF89a")) return ImageFormat::kGif;
  // Two letters could begin any text; a BMP's reserved field is zero, which no text holds.
  const bool reserved_is_zero = has_at(bytes, 6, std::string_view("\0\0\0\0", 4));
  if (has_at(bytes, 0, "BM") && reserved_is_zero) return ImageFormat::kBmp;
  return std::nullopt;
}

base::Result<void> check_output(std::int64_t width, std::int64_t height, int bytes_per_pixel,
                                const DecodeBudget& budget) {
  if (width <= 0 || height <= 0) {
    return base::fail(ErrorKind::kCorrupt,
                      fmt::format("the header says {} x {} pixels", width, height));
  }
  const auto pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (pixels <= budget.output_bytes / static_cast<std::uint64_t>(bytes_per_pixel)) return {};
  const std::uint64_t needed = pixels * static_cast<std::uint64_t>(bytes_per_pixel);
  return base::fail(
      ErrorKind::kTooLarge,
      fmt::format("{} x {} pixels need {} of memory, the limit is {}: make the image smaller",
                  width, height, base::to_human_size(needed),
                  base::to_human_size(budget.output_bytes)));
}

base::Result<Image> decode(base::ByteView bytes, const DecodeOptions& options) {
  if (bytes.empty()) return base::fail(ErrorKind::kInvalid, "not an image: it is empty (0 bytes)");
  const auto format = find_format(bytes);
  if (!format) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("not an image: starts with \"{}\"; JPEG, PNG, WebP, GIF and BMP "
                                  "can be read",
                                  to_beginning(bytes)));
  }
  auto image = decode_as(*format, bytes, options);
  if (!image) return base::fail_in(to_name(*format), std::move(image).error());
  return image;
}

}  // namespace kennel::vision

#include "vision/tests/hostile.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
// jpeglib.h must come after them.
#include <jpeglib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"

namespace kennel::vision {
namespace {

void append(base::Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

void append_big(base::Bytes& bytes, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_little(base::Bytes& bytes, std::uint32_t value, int length) {
  for (int i = 0; i < length; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void append_chunk(base::Bytes& png, std::string_view kind, base::ByteView payload) {
  append_big(png, static_cast<std::uint32_t>(payload.size()));
  const std::size_t start = png.size();
  append(png, kind);
  png.insert(png.end(), payload.begin(), payload.end());
  append_big(png, static_cast<std::uint32_t>(
                      crc32(0, png.data() + start, static_cast<uInt>(png.size() - start))));
}

// That many zeros, deflated without ever being there all at once.
base::Bytes deflate_zeros(std::uint64_t count) {
  z_stream stream{};
  base::check(deflateInit(&stream, Z_BEST_SPEED) == Z_OK, "zlib has memory");
  base::Bytes zeros(base::kMiB);
  base::Bytes deflated(base::kMiB / 4);
  base::Bytes result;
  for (std::uint64_t left = count; left > 0;) {
    const std::uint64_t piece = std::min<std::uint64_t>(left, zeros.size());
    left -= piece;
    stream.next_in = zeros.data();
    stream.avail_in = static_cast<uInt>(piece);
    stream.next_out = deflated.data();
    stream.avail_out = static_cast<uInt>(deflated.size());
    deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
    result.insert(result.end(), deflated.begin(), deflated.end() - stream.avail_out);
  }
  deflateEnd(&stream);
  return result;
}

base::Bytes make_png(const PngHeader& header, base::ByteView data) {
  base::Bytes fields;
  append_big(fields, header.width);
  append_big(fields, header.height);
  const auto interlaced = static_cast<std::uint8_t>(header.interlaced ? 1 : 0);
  fields.insert(fields.end(), {header.depth, header.color_type, 0, 0, interlaced});
  base::Bytes png;
  append(png, "\x89PNG\r\n\x1A\n");
  append_chunk(png, "IHDR", fields);
  append_chunk(png, "IDAT", data);
  append_chunk(png, "IEND", {});
  return png;
}

// Where the last scan starts.
std::size_t find_last_scan(base::ByteView jpeg) {
  return base::as_text(jpeg).rfind(std::string_view("\xFF\xDA", 2));
}

}  // namespace

base::Bytes make_black_png(const PngHeader& header) {
  const std::uint64_t channels = header.color_type == 2 ? 3 : 1;
  const std::uint64_t row = (header.width * channels * header.depth + 7) / 8 + 1;
  return make_png(header, deflate_zeros(row * header.height));
}

base::Bytes make_png_header(const PngHeader& header) { return make_png(header, {}); }

base::Bytes make_progressive_jpeg(const Image& picture, int repeats) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (std::size_t y = 0; y < info.image_height; ++y) {
    auto* row = const_cast<JSAMPROW>(picture.pixels.data() + y * 3 * info.image_width);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  base::Bytes jpeg(buffer, buffer + size);
  jpeg_destroy_compress(&info);
  std::free(buffer);

  const auto end = jpeg.end() - 2;  // before the end-of-image marker
  const base::Bytes last_scan(jpeg.begin() + static_cast<std::ptrdiff_t>(find_last_scan(jpeg)),
                              end);
  base::Bytes repeated(jpeg.begin(), end);
  for (int i = 0; i < repeats; ++i)
    repeated.insert(repeated.end(), last_scan.begin(), last_scan.end());
  append(repeated, "\xFF\xD9");
  return repeated;
}

base::Bytes with_sides(base::Bytes jpeg, std::uint16_t width, std::uint16_t height) {
  const auto is_frame = [](std::uint8_t a, std::uint8_t b) {
    return a == 0xFF && b >= 0xC0 && b <= 0xC2;
  };
  const auto frame = std::ranges::adjacent_find(jpeg, is_frame);
  base::check(frame != jpeg.end(), "the JPEG has a frame header");
  frame[5] = static_cast<std::uint8_t>(height >> 8);
  frame[6] = static_cast<std::uint8_t>(height);
  frame[7] = static_cast<std::uint8_t>(width >> 8);
  frame[8] = static_cast<std::uint8_t>(width);
  return jpeg;
}

base::Bytes make_gif_header(std::uint16_t width, std::uint16_t height) {
  base::Bytes gif;
  append(gif, "GIF89a");
  append_little(gif, width, 2);
  append_little(gif, height, 2);
  gif.insert(gif.end(), {0x80, 0, 0, 0, 0, 0, 255, 255, 255});  // two colors
  gif.insert(gif.end(), {',', 0, 0, 0, 0});
  append_little(gif, width, 2);
  append_little(gif, height, 2);
  gif.insert(gif.end(), {0, 2});
  return gif;
}

base::Bytes make_bmp_header(std::int32_t width, std::int32_t height) {
  base::Bytes bmp;
  append(bmp, "BM");
  append_little(bmp, 54, 4);
  append_little(bmp, 0, 4);
  append_little(bmp, 54, 4);
  append_little(bmp, 40, 4);
  append_little(bmp, static_cast<std::uint32_t>(width), 4);
  append_little(bmp, static_cast<std::uint32_t>(height), 4);
  append_little(bmp, 1, 2);
  append_little(bmp, 24, 2);
  bmp.resize(54);
  return bmp;
}

base::Bytes make_webp_header(std::uint32_t width, std::uint32_t height) {
  base::Bytes webp;
  append(webp, "RIFF");
  append_little(webp, 18 + 4, 4);
  append(webp, "WEBPVP8L");
  append_little(webp, 10, 4);
  webp.push_back(0x2F);
  append_little(webp, (width - 1) | (height - 1) << 14, 4);
  webp.insert(webp.end(), {0, 0, 0, 0, 0});
  return webp;
}

}  // namespace kennel::vision

#include "vision/encode.h"

#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
// jpeglib.h must come after them.
#include <jpeglib.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace kennel::vision {
namespace {

// Pixels in memory to a JPEG in memory: nothing but a bug of ours can fail.
void report_bug(j_common_ptr info) {
  std::array<char, JMSG_LENGTH_MAX> text{};
  (*info->err->format_message)(info, text.data());
  base::check(false, text.data());
  std::abort();  // libjpeg relies on not being returned to
}

class JpegWriter {
 public:
  JpegWriter() {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = &report_bug;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &buffer_, &size_);
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&info_);
    std::free(buffer_);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  base::Bytes write(const Image& image, int quality) {
    info_.image_width = static_cast<JDIMENSION>(image.width);
    info_.image_height = static_cast<JDIMENSION>(image.height);
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);  // 4:2:0
    jpeg_set_quality(&info_, quality, TRUE);
    jpeg_start_compress(&info_, TRUE);
    while (info_.next_scanline < info_.image_height) {
      const std::size_t start = std::size_t{3} * info_.image_width * info_.next_scanline;
      // libjpeg's rows are not const, but it only reads them.
      auto* row = const_cast<JSAMPROW>(image.pixels.data() + start);
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return {buffer_, buffer_ + size_};
  }

 private:
  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

base::Bytes encode_jpeg(const Image& image, int quality) {
  base::check(image.width > 0 && image.height > 0, "an image to encode has pixels");
  base::check(image.width <= JPEG_MAX_DIMENSION && image.height <= JPEG_MAX_DIMENSION,
              "an image to encode is at most 65,500 pixels long");
  base::check(image.pixels.size() == std::size_t{3} * static_cast<std::size_t>(image.width) *
                                         static_cast<std::size_t>(image.height),
              "an image holds 3 bytes a pixel");
  base::check(quality >= 1 && quality <= 100, "the quality of a JPEG is 1 to 100");
  return JpegWriter().write(image, quality);
}

}  // namespace kennel::vision

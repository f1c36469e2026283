// libjpeg-turbo behind a wall: its errors come out as Results. Private to the room.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
// jpeglib.h must come after them.
#include <jpeglib.h>

#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace kennel::vision {

// One JPEG being read. libjpeg reports an error by leaving its innermost function for good, so it
// is only ever called in steps, from which we return by longjmp: a step holds nothing that needs
// a destructor.
class JpegReader {
 public:
  // `bytes` must outlive the reader.
  explicit JpegReader(base::ByteView bytes);
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  [[nodiscard]] base::Result<void> read_header();

  // Calls step(jpeg_decompress_struct&).
  template <class Step>
  [[nodiscard]] base::Result<void> run(Step&& step) {
    if (setjmp(escape_) != 0) return tl::unexpected(*std::move(error_));
    step(info_);
    return {};
  }

  [[nodiscard]] jpeg_decompress_struct& info() { return info_; }

 private:
  static void leave(j_common_ptr info);
  static void judge_warning(j_common_ptr info, int level);

  base::ByteView bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf escape_{};
  std::optional<base::Error> error_;
};

}  // namespace kennel::vision

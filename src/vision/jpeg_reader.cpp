#include "vision/jpeg_reader.h"

#include <jerror.h>

#include <string>

namespace kennel::vision {
namespace {

// Everything else that libjpeg warns of leaves gray or shifted blocks behind.
bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_JFIF_MAJOR ||
         warning == JWRN_ADOBE_XFORM || warning == JWRN_NOT_SEQUENTIAL;
}

base::Error to_error(j_common_ptr info) {
  std::array<char, JMSG_LENGTH_MAX> text{};
  (*info->err->format_message)(info, text.data());
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF || code == JERR_INPUT_EOF) {
    return {base::ErrorKind::kCorrupt, "truncated: the file ends before the image does"};
  }
  const bool too_large = code == JERR_IMAGE_TOO_BIG || code == JERR_OUT_OF_MEMORY;
  return {too_large ? base::ErrorKind::kTooLarge : base::ErrorKind::kCorrupt, text.data()};
}

}  // namespace

JpegReader::JpegReader(base::ByteView bytes) : bytes_(bytes) {
  info_.err = jpeg_std_error(&errors_);
  errors_.error_exit = &JpegReader::leave;
  errors_.emit_message = &JpegReader::judge_warning;
  info_.client_data = this;
}

base::Result<void> JpegReader::read_header() {
  return run([this](jpeg_decompress_struct& info) {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes_.data(), bytes_.size());
    jpeg_read_header(&info, TRUE);
  });
}

void JpegReader::leave(j_common_ptr info) {
  auto& reader = *static_cast<JpegReader*>(info->client_data);
  reader.error_ = to_error(info);
  std::longjmp(reader.escape_, 1);
}

void JpegReader::judge_warning(j_common_ptr info, int level) {
  const bool is_warning = level < 0;  // others are traces
  if (is_warning && !is_harmless(info->err->msg_code)) leave(info);
}

}  // namespace kennel::vision

#include "vision/encode.h"

#include <gtest/gtest.h>

#include "vision/decode.h"
#include "vision/tests/pictures.h"

namespace kennel::vision {
namespace {

TEST(EncodeJpeg, KeepsThePictureRecognisable) {
  const Image picture = draw_picture(83, 61, 4);
  const auto decoded = decode(encode_jpeg(picture, 95));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_LT(mean_difference(picture, *decoded), 6);
}

TEST(EncodeJpeg, WritesTheSameBytesTwice) {
  const Image picture = draw_picture(40, 30, 5);
  EXPECT_EQ(encode_jpeg(picture, 80), encode_jpeg(picture, 80));
}

TEST(EncodeJpeg, SpendsFewerBytesOnLessQuality) {
  const Image picture = draw_picture(100, 100, 6);
  EXPECT_LT(encode_jpeg(picture, 30).size(), encode_jpeg(picture, 90).size());
}

TEST(EncodeJpegDeathTest, RefusesPixelsThatDoNotMatchTheSize) {
  Image picture = make_plain(8, 8, 0, 0, 0);
  picture.pixels.pop_back();
  EXPECT_DEATH((void)encode_jpeg(picture, 80), "3 bytes a pixel");
}

}  // namespace
}  // namespace kennel::vision

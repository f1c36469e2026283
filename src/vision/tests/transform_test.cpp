#include "vision/transform.h"

#include <gtest/gtest.h>

#include "vision/tests/pictures.h"

namespace kennel::vision {
namespace {

TEST(Resize, LeavesASizeThatFitsAlone) {
  const Image picture = draw_picture(33, 21, 1);
  for (const Filter filter : {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    EXPECT_EQ(resize(picture, 33, 21, filter).pixels, picture.pixels);
  }
}

TEST(Resize, KeepsAPlainColor) {
  const Image plain = make_plain(50, 30, 255, 1, 128);
  for (const Filter filter : {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    EXPECT_EQ(resize(plain, 7, 90, filter).pixels, make_plain(7, 90, 255, 1, 128).pixels);
  }
}

TEST(Resize, AveragesEverythingIntoOnePixel) {
  Image stripes = make_plain(64, 64, 0, 0, 0);
  for (std::size_t i = 0; i < stripes.pixels.size(); i += 6) stripes.pixels[i] = 200;
  EXPECT_EQ(resize(stripes, 1, 1, Filter::kBilinear).pixels, (base::Bytes{100, 0, 0}));
}

TEST(Resize, EnlargesASinglePixel) {
  EXPECT_EQ(resize(make_plain(1, 1, 9, 8, 7), 40, 3, Filter::kLanczos).pixels,
            make_plain(40, 3, 9, 8, 7).pixels);
}

TEST(Apply, CutsTheMiddleOutOfTheResizedImage) {
  const Image picture = draw_picture(120, 100, 2);
  const Image resized = resize(picture, 60, 50, Filter::kBilinear);
  const Image square = apply({.resize_shorter = 50, .crop = 40}, picture);
  ASSERT_EQ(square.width, 40);
  ASSERT_EQ(square.height, 40);
  for (int y = 0; y < 40; ++y) {
    const auto row = resized.pixels.begin() + ((y + 5) * 60 + 10) * 3;
    EXPECT_TRUE(std::equal(row, row + 120, square.pixels.begin() + y * 120)) << y;
  }
}

// Python: round(2.5) is 2, round(3.5) is 4.
TEST(Apply, RoundsTheCropsPlaceToEven) {
  const Image picture = draw_picture(17, 15, 3);
  const Image square = apply({.resize_shorter = 15, .crop = 10}, picture);
  const auto pixel_at = [](const Image& image, int x, int y) {
    const auto start = image.pixels.begin() + (y * image.width + x) * 3;
    return base::Bytes(start, start + 3);
  };
  EXPECT_EQ(pixel_at(square, 0, 0), pixel_at(picture, 4, 2));
}

TEST(Apply, TakesAThreadOfPixels) {
  const Image square = apply(Transform{}, make_plain(20'000, 1, 3, 4, 5));
  EXPECT_EQ(square.pixels, make_plain(224, 224, 3, 4, 5).pixels);
}

TEST(Apply, HeedsWhatOfThePixelsIsThePhoto) {
  Image padded = make_plain(11, 10, 50, 60, 70);
  for (std::size_t row = 0; row < 10; ++row) padded.pixels[row * 33 + 30] = 255;
  padded.frame = Frame{.left = 0, .top = 0, .width = 9, .height = 10};
  const Image square = apply({.resize_shorter = 10, .crop = 10}, padded);
  EXPECT_EQ(square.pixels, make_plain(10, 10, 50, 60, 70).pixels);
}

TEST(ApplyDeathTest, RefusesACropThatDoesNotFit) {
  const Image picture = make_plain(8, 8, 0, 0, 0);
  EXPECT_DEATH((void)apply({.resize_shorter = 8, .crop = 9}, picture), "the crop fits");
}

}  // namespace
}  // namespace kennel::vision

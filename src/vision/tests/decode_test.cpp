#include "vision/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"
#include "vision/encode.h"
#include "vision/jpeg_markers.h"
#include "vision/tests/hostile.h"
#include "vision/tests/pictures.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

// EXPECT_TRUE's message tells what came instead.
testing::AssertionResult fails_with(const base::Result<Image>& result, ErrorKind kind,
                                    std::string_view part_of_message) {
  if (result) return testing::AssertionFailure() << "decoded";
  const base::Error& error = result.error();
  if (error.kind == kind && error.message.find(part_of_message) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << static_cast<int>(error.kind) << ": " << error.message;
}

TEST(Decode, RefusesAnEmptyFile) {
  EXPECT_TRUE(fails_with(decode({}), ErrorKind::kInvalid, "not an image: it is empty (0 bytes)"));
}

TEST(Decode, RefusesATextAndQuotesItsBeginning) {
  EXPECT_TRUE(fails_with(decode(base::as_bytes("Hello\nworld, this is no photo")),
                         ErrorKind::kInvalid, R"(not an image: starts with "Hello\x0aworld,")"));
}

TEST(Decode, RefusesATextThatBeginsLikeABmp) {
  EXPECT_TRUE(fails_with(decode(base::as_bytes("BMW is a brand of cars, and more")),
                         ErrorKind::kInvalid, "not an image"));
}

TEST(Decode, TellsFormatsByTheirFirstBytes) {
  EXPECT_EQ(find_format(encode_jpeg(make_plain(4, 4, 1, 2, 3), 80)), ImageFormat::kJpeg);
  EXPECT_EQ(find_format(make_png_header({})), ImageFormat::kPng);
  EXPECT_EQ(find_format(make_webp_header(4, 4)), ImageFormat::kWebp);
  EXPECT_EQ(find_format(make_gif_header(4, 4)), ImageFormat::kGif);
  EXPECT_EQ(find_format(make_bmp_header(4, 4)), ImageFormat::kBmp);
  EXPECT_EQ(find_format(base::as_bytes("RIFF....WAVE")), std::nullopt);
}

TEST(Decode, RefusesAJpegThatEndsAnywhereTooEarly) {
  const base::Bytes jpeg = encode_jpeg(draw_picture(40, 30, 1), 80);
  for (std::size_t size = 3; size < jpeg.size(); size += 7) {
    EXPECT_TRUE(fails_with(decode(base::ByteView(jpeg).first(size)), ErrorKind::kCorrupt, "JPEG: "))
        << size;
  }
  EXPECT_TRUE(fails_with(decode(base::ByteView(jpeg).first(jpeg.size() - 1)), ErrorKind::kCorrupt,
                         "truncated"));
}

TEST(Decode, RefusesAProgressiveJpegThatEndsTooEarly) {
  const base::Bytes jpeg = make_progressive_jpeg(draw_picture(40, 30, 1), 0);
  ASSERT_TRUE(decode(jpeg).has_value());
  EXPECT_TRUE(fails_with(decode(base::ByteView(jpeg).first(jpeg.size() / 2)), ErrorKind::kCorrupt,
                         "truncated"));
}

TEST(Decode, ReducesAJpegAsFarAsItMay) {
  const base::Bytes jpeg = encode_jpeg(draw_picture(203, 101, 1), 80);
  const auto width_at = [&jpeg](int side_min) {
    return decode(jpeg, {.side_min = side_min}).value().width;
  };
  EXPECT_EQ(width_at(0), 203);
  EXPECT_EQ(width_at(102), 203);
  EXPECT_EQ(width_at(51), 102);
  EXPECT_EQ(width_at(26), 51);
  EXPECT_EQ(width_at(13), 26);
  EXPECT_EQ(width_at(1), 26);
}

TEST(Decode, SaysWhatOfAReducedJpegIsThePhoto) {
  const base::Bytes jpeg = encode_jpeg(draw_picture(203, 101, 1), 80);
  const Image reduced = decode(jpeg, {.side_min = 13}).value();
  ASSERT_TRUE(reduced.frame.has_value());
  EXPECT_EQ(reduced.frame->width, 203 / 8.0);
  EXPECT_EQ(reduced.frame->height, 101 / 8.0);
}

TEST(Decode, RefusesMoreOutputThanTheBudget) {
  const base::Bytes jpeg = encode_jpeg(make_plain(100, 100, 1, 2, 3), 80);
  DecodeOptions options;
  options.budget.output_bytes = 29'999;
  EXPECT_TRUE(fails_with(decode(jpeg, options), ErrorKind::kTooLarge,
                         "100 x 100 pixels need 29.3 KiB of memory, the limit is 29.3 KiB"));
  options.budget.output_bytes = 30'000;
  EXPECT_TRUE(decode(jpeg, options).has_value());
}

TEST(Decode, LetsAHugeJpegThroughWhenItIsReduced) {
  const base::Bytes jpeg = encode_jpeg(make_plain(1000, 1000, 1, 2, 3), 80);
  DecodeOptions options{.side_min = 125};
  options.budget.output_bytes = 125 * 125 * 3;
  EXPECT_TRUE(decode(jpeg, options).has_value());
  options.budget.scaled_pixels = 999'999;
  EXPECT_TRUE(fails_with(decode(jpeg, options), ErrorKind::kTooLarge, "999999 pixels"));
}

TEST(Decode, RefusesMoreCoefficientsThanTheBudget) {
  const base::Bytes jpeg = make_progressive_jpeg(draw_picture(64, 64, 1), 0);
  DecodeOptions options{.side_min = 8};
  options.budget.coefficient_bytes = 64 * 64 * 3;  // two bytes each, color at half the sides
  EXPECT_TRUE(decode(jpeg, options).has_value());
  --options.budget.coefficient_bytes;
  EXPECT_TRUE(fails_with(decode(jpeg, options), ErrorKind::kTooLarge, "progressive, 64 x 64"));
}

TEST(Decode, RefusesAThousandScansByDefault) {
  // 1000 scans of 1000 x 1000 pixels cost seconds; the header lies about the sides, as it may.
  const base::Bytes small = make_progressive_jpeg(draw_picture(64, 64, 1), 1000);
  EXPECT_TRUE(fails_with(decode(with_sides(small, 1000, 1000)), ErrorKind::kTooLarge,
                         "scans of 1000 x 1000 pixels"));
}

TEST(Decode, CountsScansWhereverTheyStand) {
  const base::Bytes jpeg = make_progressive_jpeg(draw_picture(16, 16, 1), 0);
  const base::Bytes repeated = make_progressive_jpeg(draw_picture(16, 16, 1), 90);
  EXPECT_EQ(count_jpeg_scans(repeated), count_jpeg_scans(jpeg) + 90);
}

TEST(Decode, RefusesHeadersThatPromiseTooMuch) {
  const base::Bytes jpeg = encode_jpeg(make_plain(8, 8, 0, 0, 0), 80);
  EXPECT_TRUE(
      fails_with(decode(with_sides(jpeg, 20'000, 20'000)), ErrorKind::kTooLarge, "20000 x 20000"));
  EXPECT_TRUE(fails_with(decode(with_sides(jpeg, 65'535, 65'535)), ErrorKind::kTooLarge, "65500"));
  EXPECT_TRUE(fails_with(decode(make_png_header({.width = 50'000, .height = 50'000})),
                         ErrorKind::kTooLarge, "50000 x 50000 pixels need 7.0 GiB"));
  EXPECT_TRUE(fails_with(decode(make_gif_header(50'000, 50'000)), ErrorKind::kTooLarge, "7.0 GiB"));
  EXPECT_TRUE(
      fails_with(decode(make_bmp_header(50'000, -50'000)), ErrorKind::kTooLarge, "50000 x 50000"));
  EXPECT_TRUE(
      fails_with(decode(make_webp_header(16'000, 16'000)), ErrorKind::kTooLarge, "16000 x 16000"));
}

TEST(Decode, RefusesHeadersThatPromiseNothing) {
  const base::Bytes jpeg = encode_jpeg(make_plain(8, 8, 0, 0, 0), 80);
  EXPECT_TRUE(fails_with(decode(with_sides(jpeg, 0, 8)), ErrorKind::kCorrupt, "JPEG: "));
  EXPECT_TRUE(fails_with(decode(make_png_header({.width = 0})), ErrorKind::kCorrupt, "PNG: "));
  EXPECT_TRUE(fails_with(decode(make_gif_header(0, 0)), ErrorKind::kCorrupt, "0 x 0"));
  EXPECT_TRUE(fails_with(decode(make_bmp_header(0, 5)), ErrorKind::kCorrupt, "0 x 5"));
  EXPECT_TRUE(fails_with(decode(make_bmp_header(-5, 5)), ErrorKind::kCorrupt, "-5 x 5"));
}

TEST(Decode, RefusesAPngBombOf144Megapixels) {
  const base::Bytes png =
      make_black_png({.width = 12'000, .height = 12'000, .depth = 1, .color_type = 0});
  EXPECT_LT(png.size(), 420'000U);
  EXPECT_TRUE(fails_with(decode(png), ErrorKind::kTooLarge, "12000 x 12000"));
}

TEST(Decode, RefusesABmpWithoutItsPixels) {
  EXPECT_TRUE(fails_with(decode(make_bmp_header(5, 5)), ErrorKind::kCorrupt,
                         "truncated: its header promises 133 bytes, there are 54"));
}

TEST(Decode, RefusesAGifWithoutItsPixels) {
  EXPECT_TRUE(fails_with(decode(make_gif_header(5, 5)), ErrorKind::kCorrupt, "GIF: truncated"));
}

TEST(Decode, RefusesAPngWithoutItsPixels) {
  EXPECT_TRUE(
      fails_with(decode(make_png_header({.width = 5, .height = 5})), ErrorKind::kCorrupt, "PNG: "));
}

TEST(Decode, RefusesAPngThatEndsTooEarly) {
  const base::Bytes png = make_black_png({.width = 20, .height = 20});
  ASSERT_TRUE(decode(png).has_value());
  constexpr std::size_t kLastChecksum = 4;  // that of IEND, which holds nothing
  for (std::size_t size = 8; size < png.size() - kLastChecksum; ++size) {
    EXPECT_TRUE(fails_with(decode(base::ByteView(png).first(size)), ErrorKind::kCorrupt, "PNG: "))
        << size;
  }
}

TEST(Decode, RefusesAPngWithAFlippedBit) {
  base::Bytes png = make_black_png({.width = 20, .height = 20});
  png[png.size() - 20] ^= 1;
  EXPECT_TRUE(fails_with(decode(png), ErrorKind::kCorrupt, "PNG: "));
}

}  // namespace
}  // namespace kennel::vision

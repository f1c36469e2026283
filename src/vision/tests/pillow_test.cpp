// Against Pillow, which most people's models were trained with.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/tests/scratch_folder.h"
#include "vision/decode.h"
#include "vision/encode.h"
#include "vision/tests/pictures.h"
#include "vision/transform.h"

namespace kennel::vision {
namespace {

struct ResizeCase {
  std::string name;
  int width;
  int height;
  std::string filter_name;
  Filter filter;
};

std::vector<ResizeCase> list_resizes() {
  const std::vector<std::pair<int, int>> sizes{{71, 53}, {256, 192}, {339, 254},
                                               {1, 1},   {340, 255}, {20, 400}};
  std::vector<ResizeCase> cases;
  for (const auto& [width, height] : sizes) {
    const auto add = [&](const std::string& name, Filter filter) {
      cases.push_back(
          {fmt::format("resize_{}x{}_{}", width, height, name), width, height, name, filter});
    };
    add("bilinear", Filter::kBilinear);
    add("bicubic", Filter::kBicubic);
    add("lanczos", Filter::kLanczos);
  }
  return cases;
}

struct Size {
  int width;
  int height;
};

// Odd sides, tall ones, one that is enlarged, and the tightest that a scaled decode halves.
constexpr std::array<Size, 7> kPhotoSizes{
    {{500, 375}, {375, 501}, {513, 512}, {1026, 1024}, {1203, 801}, {200, 161}, {331, 1023}}};

std::string to_photo_name(const Size& size) {
  return fmt::format("photo_{}x{}", size.width, size.height);
}

// Runs the oracle once for all tests.
class Pillow : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<base::ScratchFolder>();
    write_ppm(folder() / "picture.ppm", picture());
    std::string lines;
    for (const ResizeCase& c : list_resizes()) {
      lines += fmt::format("{} {} {} {}\n", c.name, c.width, c.height, c.filter_name);
    }
    base::PosixDisk disk;
    base::write_atomically(disk, folder() / "resizes.txt", lines);
    for (const Size& size : kPhotoSizes) {
      base::write_atomically(disk, folder() / (to_photo_name(size) + ".jpg"),
                             encode_jpeg(draw_picture(size.width, size.height, 2), 90));
    }
    const std::string command = fmt::format("{} {}/tests/oracles/vision_oracle.py {}",
                                            KENNEL_PYTHON, KENNEL_SOURCE_DIR, folder().string());
    exit_status_ = std::system(command.c_str());
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    ASSERT_EQ(exit_status_, 0) << "the oracle failed; does " << KENNEL_PYTHON << " have Pillow?";
  }

  static const base::Path& folder() { return folder_->path(); }
  static const Image& picture() {
    static const Image drawn = draw_picture(171, 127, 1);
    return drawn;
  }

 private:
  static inline std::unique_ptr<base::ScratchFolder> folder_;
  static inline int exit_status_ = -1;
};

TEST_F(Pillow, ResizesToTheSamePixels) {
  for (const ResizeCase& c : list_resizes()) {
    const Image ours = resize(picture(), c.width, c.height, c.filter);
    EXPECT_EQ(max_difference(ours, read_ppm(folder() / (c.name + ".ppm"))), 0) << c.name;
  }
}

TEST_F(Pillow, TransformsToTheSamePixelsAfterAFullDecode) {
  for (const Size& size : kPhotoSizes) {
    const base::Path file = folder() / (to_photo_name(size) + ".jpg");
    const Image ours = apply(Transform{}, decode(read_bytes(file)).value());
    const Image theirs = read_ppm(base::Path(file).replace_extension(".ppm"));
    // Since Pillow 13, photos twice as tall as wide go through the vertical pass first, and the
    // rounding between the passes falls elsewhere.
    const int rounding = size.height > 2 * size.width ? 1 : 0;
    EXPECT_LE(max_difference(ours, theirs), rounding) << file;
  }
}

TEST_F(Pillow, TransformsToNearlyTheSamePixelsAfterAScaledDecode) {
  for (const Size& size : kPhotoSizes) {
    const base::Path file = folder() / (to_photo_name(size) + ".jpg");
    const Image ours =
        apply(Transform{}, decode(read_bytes(file), {.side_min = find_side_min({})}).value());
    const double difference =
        mean_difference(ours, read_ppm(base::Path(file).replace_extension(".ppm")));
    EXPECT_LE(difference, 1.5) << file;
  }
}

struct FormatCase {
  std::string name;
  // The same libraries give the same pixels, but for roundings.
  int max_difference = 0;
};

class PillowFormats : public Pillow, public testing::WithParamInterface<FormatCase> {};

TEST_P(PillowFormats, DecodeToTheSamePixels) {
  const base::Path file = folder() / GetParam().name;
  const auto ours = decode(read_bytes(file));
  ASSERT_TRUE(ours.has_value()) << ours.error().message;
  const Image theirs = read_ppm(base::Path(file).replace_extension(".ppm"));
  ASSERT_EQ(ours->width, theirs.width);
  ASSERT_EQ(ours->height, theirs.height);
  EXPECT_LE(max_difference(*ours, theirs), GetParam().max_difference);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, PillowFormats,
    testing::Values(
        FormatCase{"jpeg_rgb.jpg"}, FormatCase{"jpeg_444.jpg"}, FormatCase{"jpeg_progressive.jpg"},
        FormatCase{"jpeg_gray.jpg"}, FormatCase{"jpeg_cmyk.jpg", 1}, FormatCase{"jpeg_exif1.jpg"},
        FormatCase{"jpeg_exif2.jpg"}, FormatCase{"jpeg_exif3.jpg"}, FormatCase{"jpeg_exif4.jpg"},
        FormatCase{"jpeg_exif5.jpg"}, FormatCase{"jpeg_exif6.jpg"}, FormatCase{"jpeg_exif7.jpg"},
        FormatCase{"jpeg_exif8.jpg"}, FormatCase{"png_rgb.png"}, FormatCase{"png_rgba.png"},
        FormatCase{"png_gray.png"}, FormatCase{"png_gray_alpha.png"}, FormatCase{"png_palette.png"},
        FormatCase{"png_palette_transparent.png"}, FormatCase{"png_one_bit.png"},
        FormatCase{"png_gray16.png"}, FormatCase{"png_rgb16.png"}, FormatCase{"png_interlaced.png"},
        FormatCase{"png_interlaced_alpha.png"}, FormatCase{"png_exif6.png"},
        FormatCase{"webp_lossy.webp"}, FormatCase{"webp_lossless.webp"},
        FormatCase{"webp_alpha.webp"}, FormatCase{"webp_exif8.webp"},
        FormatCase{"webp_animated.webp"}, FormatCase{"gif_plain.gif"},
        FormatCase{"gif_interlaced.gif"}, FormatCase{"gif_transparent.gif"},
        FormatCase{"gif_gray.gif"}, FormatCase{"gif_animated.gif"},
        FormatCase{"gif_larger_screen.gif"}, FormatCase{"bmp_rgb.bmp"},
        FormatCase{"bmp_palette.bmp"}, FormatCase{"bmp_gray.bmp"}, FormatCase{"bmp_one_bit.bmp"},
        FormatCase{"bmp_rgba.bmp"}),
    [](const auto& test) { return test.param.name.substr(0, test.param.name.find('.')); });

}  // namespace
}  // namespace kennel::vision

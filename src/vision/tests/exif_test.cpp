#include "vision/exif.h"

#include <gtest/gtest.h>

namespace kennel::vision {
namespace {

// A TIFF block with one directory of one entry: the orientation.
base::Bytes make_exif(std::uint8_t value) {
  return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0};
}

TEST(Exif, ReadsBothByteOrders) {
  const base::Bytes big_endian{'M',  'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01,
                               0x12, 0,   3, 0,  0, 0, 1, 0, 6, 0, 0};
  const Orientation quarter_turn{.mirror_rows = true, .transposed = true};
  EXPECT_EQ(find_orientation(make_exif(6)), quarter_turn);
  EXPECT_EQ(find_orientation(big_endian), quarter_turn);
}

TEST(Exif, ReadsABlockWithItsPrefix) {
  base::Bytes exif{'E', 'x', 'i', 'f', 0, 0};
  const base::Bytes block = make_exif(3);
  exif.insert(exif.end(), block.begin(), block.end());
  const Orientation half_turn{.mirror_columns = true, .mirror_rows = true};
  EXPECT_EQ(find_orientation(exif), half_turn);
}

TEST(Exif, TakesAnUnknownValueForUpright) {
  EXPECT_EQ(find_orientation(make_exif(0)), Orientation{});
  EXPECT_EQ(find_orientation(make_exif(9)), Orientation{});
}

TEST(Exif, TakesEveryTruncationForUpright) {
  const base::Bytes whole = make_exif(6);
  constexpr std::size_t kValueEnd = 20;
  for (std::size_t size = 0; size < kValueEnd; ++size) {
    EXPECT_EQ(find_orientation(base::ByteView(whole).first(size)), Orientation{}) << size;
  }
}

TEST(Exif, TakesADirectoryOutsideTheBlockForUpright) {
  base::Bytes exif = make_exif(6);
  exif[4] = exif[5] = exif[6] = exif[7] = 0xFF;
  EXPECT_EQ(find_orientation(exif), Orientation{});
}

}  // namespace
}  // namespace kennel::vision

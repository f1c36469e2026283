#include "dataset/sample_photos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/tests/scratch_folder.h"
#include "dataset/dataset.h"
#include "vision/decode.h"
#include "vision/transform.h"

namespace kennel::dataset {
namespace {

using testing::HasSubstr;

constexpr SampleOptions kSmall{.classes = 2, .per_class = 5, .seed = 1};

base::Result<void> write(const base::Path& folder, const SampleOptions& options) {
  base::PosixDisk disk;
  return write_sample_dataset(disk, folder, options, nullptr);
}

std::map<std::string, std::string> digest_files(const base::Path& folder) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    digests[entry.path().lexically_relative(folder)] =
        base::sha256(*base::read_file(entry.path(), base::kMiB)).hex();
  }
  return digests;
}

TEST(DrawDog, DrawsTheSamePixelsForTheSameArguments) {
  EXPECT_EQ(draw_dog(3, 7, 1).pixels, draw_dog(3, 7, 1).pixels);
}

TEST(DrawDog, DrawsAnotherPhotoForEachIndexSeedAndBreed) {
  const auto pixels = draw_dog(3, 7, 1).pixels;
  EXPECT_NE(pixels, draw_dog(3, 8, 1).pixels);
  EXPECT_NE(pixels, draw_dog(3, 7, 2).pixels);
  EXPECT_NE(pixels, draw_dog(4, 7, 1).pixels);
}

TEST(DrawDog, DrawsEveryBreed) {
  for (int breed = 0; breed < kSampleClassesMax; ++breed) {
    const vision::Image image = draw_dog(breed, 0, 1);
    EXPECT_GE(image.width, 240);
    EXPECT_LE(image.width, 320);
    EXPECT_EQ(image.pixels.size(), static_cast<std::size_t>(image.width * image.height * 3));
  }
}

using Pixels = std::vector<std::uint8_t>;

Pixels draw_small(int breed, int index) {
  return vision::resize(draw_dog(breed, index, 1), 32, 32, vision::Filter::kBilinear).pixels;
}

long squared_distance(const Pixels& a, const Pixels& b) {
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0L, std::plus<>{},
                               [](int x, int y) { return long{x - y} * (x - y); });
}

TEST(DrawDog, HidesTheBreedFromANearestNeighbourOnPixels) {
  constexpr int kBreeds = 6;
  constexpr int kKnown = 20;  // photos a breed
  constexpr int kAsked = 10;
  std::vector<Pixels> known;
  for (int i = 0; i < kBreeds * kKnown; ++i) known.push_back(draw_small(i / kKnown, i % kKnown));
  int right = 0;
  for (int i = 0; i < kBreeds * kAsked; ++i) {
    const Pixels asked = draw_small(i / kAsked, kKnown + i % kAsked);
    const auto nearest = std::ranges::min_element(
        known, {}, [&](const Pixels& photo) { return squared_distance(photo, asked); });
    right += (nearest - known.begin()) / kKnown == i / kAsked ? 1 : 0;
  }
  EXPECT_LT(right, kBreeds * kAsked / 2);
}

TEST(SampleDataset, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const base::ScratchFolder scratch;
  SampleOptions other = kSmall;
  other.seed = 2;
  ASSERT_TRUE(write(scratch.path() / "a", kSmall));
  ASSERT_TRUE(write(scratch.path() / "b", kSmall));
  ASSERT_TRUE(write(scratch.path() / "c", other));
  const auto digests = digest_files(scratch.path() / "a");
  EXPECT_EQ(digests.size(), 10U);
  EXPECT_EQ(digests, digest_files(scratch.path() / "b"));
  EXPECT_NE(digests, digest_files(scratch.path() / "c"));
}

TEST(SampleDataset, IsReadAsClassesAndSplits) {
  const base::ScratchFolder scratch;
  ASSERT_TRUE(write(scratch.path(), {.classes = 3, .per_class = 20, .seed = 1}));
  const auto dataset = scan_folder(scratch.path());
  ASSERT_TRUE(dataset);
  EXPECT_EQ(dataset->classes[0], "001.Ivory_ridgeling");
  EXPECT_EQ(dataset->split(Split::kTrain).size(), 3U * 14);
  EXPECT_EQ(dataset->split(Split::kValid).size(), 3U * 3);
  EXPECT_EQ(dataset->split(Split::kTest).size(), 3U * 3);
  EXPECT_EQ(dataset->split(Split::kTrain)[0].path.filename(), "Ivory_ridgeling_00001.jpg");
  EXPECT_THAT(dataset->notes, testing::IsEmpty());
}

TEST(SampleDataset, HoldsPhotosThatCanBeDecoded) {
  const base::ScratchFolder scratch;
  ASSERT_TRUE(write(scratch.path(), kSmall));
  const auto dataset = scan_folder(scratch.path());
  const auto bytes = base::read_file(dataset->split(Split::kTest)[0].path, base::kMiB);
  EXPECT_EQ(vision::find_format(*bytes), vision::ImageFormat::kJpeg);
  EXPECT_TRUE(vision::decode(*bytes));
}

TEST(SampleDataset, TellsItsProgress) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  std::vector<int> heard;
  ASSERT_TRUE(write_sample_dataset(disk, scratch.path(), kSmall, [&](int done, int total) {
    EXPECT_EQ(total, 10);
    heard.push_back(done);
  }));
  EXPECT_THAT(heard, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST(SampleDataset, RefusesNumbersBeyondItsLimitsAndNamesThem) {
  const base::ScratchFolder scratch;
  EXPECT_THAT(write(scratch.path(), {.classes = 1}).error().message, HasSubstr("2 to 64"));
  EXPECT_THAT(write(scratch.path(), {.classes = 65}).error().message, HasSubstr("65 classes"));
  EXPECT_THAT(write(scratch.path(), {.per_class = 4}).error().message, HasSubstr("5 to 99999"));
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(SampleDataset, RefusesAFolderInUse) {
  const base::ScratchFolder scratch;
  ASSERT_TRUE(write(scratch.path(), kSmall));
  EXPECT_EQ(write(scratch.path(), kSmall).error().kind, base::ErrorKind::kConflict);
}

TEST(SampleDataset, LeavesNothingWhereverTheDiskFails) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  base::FaultyDisk counting(disk, std::numeric_limits<std::uint64_t>::max(), ENOSPC);
  ASSERT_TRUE(write_sample_dataset(counting, scratch.path() / "whole", kSmall, nullptr));
  const base::Path folder = scratch.path() / "in/new/folders";
  for (std::uint64_t failing = 0; failing < counting.operations(); ++failing) {
    base::FaultyDisk faulty(disk, failing, ENOSPC);
    EXPECT_THROW((void)write_sample_dataset(faulty, folder, kSmall, nullptr), base::DiskError);
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "in")) << "operation " << failing;
  }
}

}  // namespace
}  // namespace kennel::dataset

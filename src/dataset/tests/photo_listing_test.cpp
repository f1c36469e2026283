#include "dataset/photo_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::dataset {
namespace {

using testing::ElementsAre;

TEST(PhotoListing, TakesPhotosOfElsewhere) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  for (const char* name : {"b/2.jpg", "b/4.jpg"}) {
    std::filesystem::create_directories((scratch.path() / name).parent_path());
    disk.create(scratch.path() / name)->append({});
  }
  auto listing = list_photos(Layout{.train = scratch.path()});
  ASSERT_TRUE(listing);
  auto& train = listing->split(Split::kTrain);
  add_photo(train, "c", scratch.path() / "c/1.jpg");
  add_photo(train, "b", scratch.path() / "b/3.jpg");
  add_photo(train, "b", scratch.path() / "b/4.jpg");
  add_photo(train, "a", scratch.path() / "a/1.jpg");
  ASSERT_EQ(train.size(), 3U);
  EXPECT_EQ(train[0].name, "a");
  EXPECT_THAT(train[1].photos, ElementsAre(scratch.path() / "b/2.jpg", scratch.path() / "b/3.jpg",
                                           scratch.path() / "b/4.jpg"));
  EXPECT_EQ(train[2].name, "c");
}

TEST(AddPhoto, LeavesWhatIsThere) {
  std::vector<ClassFolder> classes;
  for (int time = 0; time < 2; ++time) add_photo(classes, "a", "a/1.jpg");
  ASSERT_EQ(classes.size(), 1U);
  EXPECT_THAT(classes[0].photos, ElementsAre(base::Path("a/1.jpg")));
}

}  // namespace
}  // namespace kennel::dataset

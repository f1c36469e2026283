#include "dataset/labelled_photos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ScanLabelled : public testing::Test {
 protected:
  void add(const std::string& name) {
    const auto path = scratch_.path() / name;
    disk_.make_folders(path.parent_path());
    base::write_atomically(disk_, path, "photo");
  }
  base::Result<LabelledPhotos> scan(std::string_view split) const {
    return scan_labelled(scratch_.path(), split);
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(ScanLabelled, TakesAllPhotosWhereThereAreNoSplits) {
  add("Beagle/1.jpg");
  add("Beagle/2.jpg");
  add("Boxer/1.jpg");
  const auto photos = scan("auto");
  ASSERT_TRUE(photos);
  EXPECT_EQ(photos->split, "all");
  EXPECT_THAT(photos->classes, ElementsAre("Beagle", "Boxer"));
  EXPECT_EQ(photos->samples.size(), 3U);
  EXPECT_EQ(photos->samples[2].label, 1);
}

TEST_F(ScanLabelled, PrefersTestThenValid) {
  add("train/Beagle/1.jpg");
  add("valid/Beagle/2.jpg");
  EXPECT_EQ(scan("auto")->split, "valid");
  add("test/Beagle/3.jpg");
  EXPECT_EQ(scan("auto")->split, "test");
  EXPECT_EQ(scan("train")->samples.size(), 1U);
  EXPECT_EQ(scan("all")->samples.size(), 3U);
}

TEST_F(ScanLabelled, MeasuresASingleClassToo) {
  add("Beagle/1.jpg");
  EXPECT_EQ(scan("auto")->samples.size(), 1U);
}

TEST_F(ScanLabelled, SaysThatASplitIsNotThere) {
  add("train/Beagle/1.jpg");
  EXPECT_THAT(scan("test").error().message, HasSubstr("no split 'test'"));
}

TEST_F(ScanLabelled, SaysThatThereAreNoPhotos) {
  disk_.make_folders(scratch_.path() / "Beagle");
  EXPECT_THAT(scan("auto").error().message, HasSubstr("holds no photos"));
}

}  // namespace
}  // namespace kennel::dataset

#include "dataset/staged_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::dataset {
namespace {

using testing::HasSubstr;

TEST(StagedFolder, ShowsNothingUntilItIsCommitted) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path folder = scratch.path() / "new";
  StagedFolder staged(disk, folder);
  disk.make_folders(staged.path() / "train");
  EXPECT_FALSE(std::filesystem::exists(folder / "train"));
  staged.commit({"train"});
  EXPECT_TRUE(std::filesystem::exists(folder / "train"));
  EXPECT_FALSE(std::filesystem::exists(staged.path()));
}

TEST(StagedFolder, TakesEveryFolderThatItMadeWithIt) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  {
    const StagedFolder staged(disk, scratch.path() / "a/b/c");
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "a"));
}

TEST(StagedFolder, LeavesAFolderThatWasThereBefore) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  {
    const StagedFolder staged(disk, scratch.path());
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(StagedFolder, ClearsWhatAKilledWriterLeft) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const base::Path left = scratch.path() / ".kennel-part/train/old";
  disk.make_folders(left);
  EXPECT_TRUE(check_new_or_empty(scratch.path()));
  const StagedFolder staged(disk, scratch.path());
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(NewOrEmpty, RefusesAFolderWithAnythingInIt) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  disk.create(scratch.path() / "thesis.tex")->append({});
  const auto status = check_new_or_empty(scratch.path());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, base::ErrorKind::kConflict);
  EXPECT_THAT(status.error().message, HasSubstr("thesis.tex"));
}

TEST(NewOrEmpty, RefusesAFile) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  disk.create(scratch.path() / "f")->append({});
  EXPECT_EQ(check_new_or_empty(scratch.path() / "f").error().kind, base::ErrorKind::kInvalid);
}

}  // namespace
}  // namespace kennel::dataset

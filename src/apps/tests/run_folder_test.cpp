#include "apps/run_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/tests/scratch_folder.h"

namespace kennel::apps {
namespace {

namespace fs = std::filesystem;

void touch(const base::Path& path) { std::ofstream(path) << "x"; }

TEST(OpenRunFolder, NumbersRunsByTheNameOfTheData) {
  const base::ScratchFolder scratch;
  const base::Path runs = scratch.path() / "runs";
  EXPECT_EQ(open_run_folder({.data = "photos/dogs/"}, runs)->filename(), "dogs-001");
  EXPECT_EQ(open_run_folder({.data = "photos/dogs"}, runs)->filename(), "dogs-002");
  EXPECT_EQ(open_run_folder({.data = "cats"}, runs)->filename(), "cats-001");
}

TEST(OpenRunFolder, RefusesToOverwriteARun) {
  const base::ScratchFolder scratch;
  touch(scratch.path() / "results.json");
  const auto folder = open_run_folder({.data = "dogs", .given = scratch.path()}, "runs");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, base::ErrorKind::kConflict);
  EXPECT_TRUE(open_run_folder({"dogs", scratch.path(), true}, "runs"));
}

TEST(OpenRunFolder, RefusesAFolderThatHoldsSomethingElse) {
  const base::ScratchFolder scratch;
  touch(scratch.path() / "thesis.tex");
  const auto folder = open_run_folder({.data = "dogs", .given = scratch.path()}, "runs");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, base::ErrorKind::kConflict);
}

TEST(OpenRunFolder, ResumesTheLastUnfinishedRun) {
  const base::ScratchFolder scratch;
  for (int run = 0; run < 3; ++run) {
    ASSERT_TRUE(open_run_folder({.data = "dogs"}, scratch.path()));
  }
  touch(scratch.path() / "dogs-001" / "results.json");
  touch(scratch.path() / "dogs-003" / "results.json");
  const auto folder = open_run_folder({.data = "dogs", .resume = true}, scratch.path());
  EXPECT_EQ(folder->filename(), "dogs-002");
}

TEST(OpenRunFolder, SaysWhenThereIsNothingToResume) {
  const base::ScratchFolder scratch;
  const auto folder = open_run_folder({.data = "dogs", .resume = true}, scratch.path());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, base::ErrorKind::kNotFound);
}

TEST(EmptyFolderRemoval, TakesBackOnlyAnEmptyFolder) {
  const base::ScratchFolder scratch;
  const auto empty = scratch.path() / "empty";
  const auto used = scratch.path() / "used";
  fs::create_directory(empty);
  fs::create_directory(used);
  touch(used / "model.tar.gz");
  {
    const EmptyFolderRemoval first(empty, scratch.path() / "no-runs");
    const EmptyFolderRemoval second(used, scratch.path());
  }
  EXPECT_FALSE(fs::exists(empty));
  EXPECT_TRUE(fs::exists(used / "model.tar.gz"));
}

}  // namespace
}  // namespace kennel::apps

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
  for (const char* name : {"dogs-001", "dogs-003"}) {
    std::ofstream(scratch.path() / name / "results.json") << R"({"ending": "finished"})";
  }
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
    const EmptyFolderRemoval first(empty, scratch.path());
    const EmptyFolderRemoval second(used, scratch.path());
  }
  EXPECT_FALSE(fs::exists(empty));
  EXPECT_TRUE(fs::exists(used / "model.tar.gz"));
}

TEST(EmptyFolderRemoval, LeavesFilesAndLinksAlone) {
  const base::ScratchFolder scratch;
  const auto store = scratch.path() / "store";
  const auto link = scratch.path() / "link";
  const auto file = scratch.path() / "file";
  fs::create_directory(store);
  fs::create_directory_symlink(store, link);
  touch(file);
  {
    const EmptyFolderRemoval first(link, file);
    const EmptyFolderRemoval second(scratch.path() / "file" / "x", file);
  }
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(fs::exists(file));
}

TEST(OpenRunFolder, ResumesAnInterruptedRunAlsoBehindAGap) {
  const base::ScratchFolder scratch;
  const auto folder = scratch.path() / "dogs-003";
  fs::create_directory(folder);
  std::ofstream(folder / "results.json") << R"({"ending": "interrupted"})";
  fs::create_directory(scratch.path() / "dogs-004");
  std::ofstream(scratch.path() / "dogs-004" / "results.json") << R"({"ending": "finished"})";
  EXPECT_EQ(*open_run_folder({.data = "dogs", .resume = true}, scratch.path()), folder);
}

TEST(RunFolderLock, IsHeldByOneAtATime) {
  const base::ScratchFolder scratch;
  {
    const auto first = RunFolderLock::take(scratch.path());
    ASSERT_TRUE(first);
    EXPECT_EQ(RunFolderLock::take(scratch.path()).error().kind, base::ErrorKind::kConflict);
  }
  EXPECT_TRUE(RunFolderLock::take(scratch.path()));
}

}  // namespace
}  // namespace kennel::apps

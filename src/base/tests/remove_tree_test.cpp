#include "base/remove_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/tests/scratch_folder.h"

namespace kennel::base {
namespace {

namespace fs = std::filesystem;

TEST(RemoveTree, TakesAllThatIsInAFolder) {
  const ScratchFolder scratch;
  const Path folder = scratch.path() / "a";
  fs::create_directories(folder / "b/c/d");
  fs::create_directories(folder / "closed/inner");
  std::ofstream(folder / "b/file") << "x";
  std::ofstream(folder / "closed/inner/file") << "x";
  fs::permissions(folder / "closed/inner", fs::perms::none);
  fs::permissions(folder / "closed", fs::perms::none);
  EXPECT_EQ(remove_tree(folder), 0);
  EXPECT_FALSE(fs::exists(folder));
}

TEST(RemoveTree, TakesAFileAndALinkAndNothing) {
  const ScratchFolder scratch;
  std::ofstream(scratch.path() / "file") << "x";
  fs::create_symlink("file", scratch.path() / "link");
  EXPECT_EQ(remove_tree(scratch.path() / "link"), 0);
  EXPECT_TRUE(fs::exists(scratch.path() / "file"));
  EXPECT_EQ(remove_tree(scratch.path() / "file"), 0);
  EXPECT_EQ(remove_tree(scratch.path() / "file"), 0);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(RemoveTree, FollowsNoLink) {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / "kept");
  fs::create_directories(scratch.path() / "gone");
  std::ofstream(scratch.path() / "kept/file") << "x";
  fs::create_directory_symlink(scratch.path() / "kept", scratch.path() / "gone/link");
  EXPECT_EQ(remove_tree(scratch.path() / "gone"), 0);
  EXPECT_TRUE(fs::exists(scratch.path() / "kept/file"));
}

// Deeper than there may be descriptors.
TEST(RemoveTree, GoesAsDeepAsItMust) {
  const ScratchFolder scratch;
  const Path top = scratch.path() / "top";
  fs::create_directory(top);
  int folder = ::open(top.c_str(), O_RDONLY | O_DIRECTORY);
  // What it would call a folder that it moves is taken.
  fs::create_directories(top / ".removed-1/x");
  for (int depth = 0; depth < 400; ++depth) {
    ASSERT_EQ(::mkdirat(folder, "d", 0700), 0);
    const int next = ::openat(folder, "d", O_RDONLY | O_DIRECTORY);
    ::close(folder);
    folder = next;
  }
  ::close(folder);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{60, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
  EXPECT_EQ(remove_tree(top), 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_FALSE(fs::exists(top));
}

TEST(RemoveTree, SaysWhyItCannot) { EXPECT_NE(remove_tree("/proc/version"), 0); }

}  // namespace
}  // namespace kennel::base

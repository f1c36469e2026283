#include "compute/disk_use.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/tests/scratch_folder.h"

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBytes = 1 << 20;

class DiskUseTest : public testing::Test {
 protected:
  bool is_over(std::uint64_t bytes_max) const {
    return DiskUse({scratch.path()}, bytes_max).is_over();
  }
  void write(const base::Path& name) const {
    fs::create_directories((scratch.path() / name).parent_path());
    std::ofstream(scratch.path() / name) << std::string(kBytes, 'x');
  }

  base::ScratchFolder scratch;
};

TEST_F(DiskUseTest, IsTheSizeOfAllFiles) {
  write("a");
  write("deep/down/b");
  EXPECT_TRUE(is_over(2 * kBytes - 1));
  EXPECT_FALSE(is_over(2 * kBytes + (64 << 10)));
  EXPECT_FALSE(is_over(0));
}

TEST_F(DiskUseTest, CountsAFileOnceAndWhatLinksLeadToNever) {
  write("a");
  fs::create_hard_link(scratch.path() / "a", scratch.path() / "b");
  fs::create_directory_symlink("/usr", scratch.path() / "usr");
  EXPECT_TRUE(is_over(kBytes - 1));
  EXPECT_FALSE(is_over(kBytes + (64 << 10)));
}

TEST_F(DiskUseTest, IsTooMuchWhereNobodyCouldLook) {
  base::Path path = scratch.path();
  for (int i = 0; i < 300; ++i) path /= "d";
  fs::create_directories(path);
  EXPECT_TRUE(is_over(1 << 30));
}

}  // namespace
}  // namespace kennel::compute

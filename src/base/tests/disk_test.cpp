#include "base/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "base/parallel.h"
#include "base/tests/scratch_folder.h"

namespace kennel::base {
namespace {

using testing::HasSubstr;

std::size_t count_entries(const Path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(WriteSecret, LeavesAFileThatItsOwnerAloneCanRead) {
  const ScratchFolder scratch;
  PosixDisk disk;
  write_secret(disk, scratch.path() / "key", as_bytes("secret"));
  const auto permissions = std::filesystem::status(scratch.path() / "key").permissions();
  EXPECT_EQ(static_cast<int>(permissions), 0600);
  EXPECT_EQ(*read_file(scratch.path() / "key", kKiB), Bytes({'s', 'e', 'c', 'r', 'e', 't'}));
}

TEST(WriteAtomically, LeavesTheWholeFile) {
  const ScratchFolder scratch;
  PosixDisk disk;
  write_atomically(disk, scratch.path() / "a.txt", "hello");
  EXPECT_EQ(as_text(*read_file(scratch.path() / "a.txt", kMiB)), "hello");
  EXPECT_EQ(count_entries(scratch.path()), 1U);
}

TEST(WriteAtomically, LeavesTheOldFileAndNothingElseWhereverTheDiskFails) {
  const ScratchFolder scratch;
  PosixDisk disk;
  const Path path = scratch.path() / "a.txt";
  write_atomically(disk, path, "old");
  constexpr std::uint64_t kOperations = 5;  // create, write, sync, rename, sync folder
  for (std::uint64_t failing = 0; failing < kOperations; ++failing) {
    FaultyDisk faulty(disk, failing, ENOSPC);
    EXPECT_THROW(write_atomically(faulty, path, "new"), DiskError) << failing;
    const bool renamed = failing == kOperations - 1;
    EXPECT_EQ(as_text(*read_file(path, kMiB)), renamed ? "new" : "old") << failing;
    EXPECT_EQ(count_entries(scratch.path()), 1U) << failing;
  }
}

TEST(WriteAtomically, TakesSeveralWritersOfOneFile) {
  const ScratchFolder scratch;
  PosixDisk disk;
  const Path path = scratch.path() / "a.txt";
  parallel_for(40, 4, [&](std::size_t index, int) {
    write_atomically(disk, path, std::string(1000, static_cast<char>('a' + index % 26)));
  });
  const auto bytes = read_file(path, kMiB);
  ASSERT_EQ(bytes->size(), 1000U);
  EXPECT_EQ(std::ranges::count(*bytes, bytes->front()), 1000);
  EXPECT_EQ(count_entries(scratch.path()), 1U);
}

TEST(DiskError, SaysWhatToDoAboutAFullDisk) {
  const DiskError error("write", "/data/model.tar.gz", ENOSPC);
  EXPECT_THAT(error.what(), HasSubstr("/data/model.tar.gz: No space left on device; free some"));
}

TEST(ReadFile, NamesTheMissingFile) {
  const auto bytes = read_file("/nowhere/photo.jpg", kMiB);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(bytes.error().message, HasSubstr("/nowhere/photo.jpg"));
}

TEST(ReadFile, RefusesMoreThanTheLimit) {
  const ScratchFolder scratch;
  PosixDisk disk;
  write_atomically(disk, scratch.path() / "a", "12345");
  EXPECT_EQ(read_file(scratch.path() / "a", 4).error().kind, ErrorKind::kTooLarge);
  EXPECT_TRUE(read_file(scratch.path() / "a", 5));
}

TEST(ReadFile, RefusesAFolder) {
  const ScratchFolder scratch;
  EXPECT_EQ(read_file(scratch.path(), kMiB).error().kind, ErrorKind::kInvalid);
}

TEST(MappedFile, ShowsTheBytesOfTheFile) {
  const ScratchFolder scratch;
  PosixDisk disk;
  write_atomically(disk, scratch.path() / "a", "mapped");
  auto file = MappedFile::open(scratch.path() / "a");
  ASSERT_TRUE(file);
  const MappedFile moved = std::move(*file);
  EXPECT_EQ(as_text(moved.bytes()), "mapped");
}

TEST(MappedFile, MapsAnEmptyFileToNoBytes) {
  const ScratchFolder scratch;
  PosixDisk disk;
  write_atomically(disk, scratch.path() / "a", "");
  EXPECT_TRUE(MappedFile::open(scratch.path() / "a")->bytes().empty());
}

}  // namespace
}  // namespace kennel::base

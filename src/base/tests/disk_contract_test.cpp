// What every Disk promises: the real one, and the one in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/disk.h"
#include "base/memory_disk.h"
#include "base/tests/scratch_folder.h"

namespace kennel::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Memory {
  Path folder = "/files";
  MemoryDisk disk;
};

struct Posix {
  ScratchFolder scratch;
  Path folder = scratch.path();
  PosixDisk disk;
};

template <class Place>
class DiskContract : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    const auto file = disk_.create(place_.folder / name);
    file->append(as_bytes(text));
    file->sync();
  }
  std::string read(const std::string& name) {
    const auto file = disk_.open(place_.folder / name);
    Bytes bytes((*file)->size());
    bytes.resize((*file)->read(0, bytes));
    return std::string(as_text(bytes));
  }

  Place place_;
  Disk& disk_ = place_.disk;
};

using Places = testing::Types<Memory, Posix>;
TYPED_TEST_SUITE(DiskContract, Places);

TYPED_TEST(DiskContract, ReadsWhatWasWritten) {
  this->write("a", "hello");
  EXPECT_EQ(this->read("a"), "hello");
  this->write("a", "bye");
  EXPECT_EQ(this->read("a"), "bye");
}

TYPED_TEST(DiskContract, ReadsFromAnyPlaceUpToTheEnd) {
  this->write("a", "hello");
  const auto file = this->disk_.open(this->place_.folder / "a");
  Bytes bytes(4);
  EXPECT_EQ((*file)->read(3, bytes), 2U);
  EXPECT_EQ(as_text(ByteView(bytes).first(2)), "lo");
  EXPECT_EQ((*file)->read(9, bytes), 0U);
}

TYPED_TEST(DiskContract, SaysWhichFileIsNotThere) {
  const auto file = this->disk_.open(this->place_.folder / "a");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kNotFound);
  const auto linked = this->disk_.link(this->place_.folder / "a", this->place_.folder / "b");
  EXPECT_EQ(linked.error().kind, ErrorKind::kNotFound);
}

TYPED_TEST(DiskContract, RenamesOverWhatIsThere) {
  this->write("a", "new");
  this->write("b", "old");
  this->disk_.rename(this->place_.folder / "a", this->place_.folder / "b");
  EXPECT_EQ(this->read("b"), "new");
  EXPECT_THAT(this->disk_.list(this->place_.folder), ElementsAre("b"));
}

TYPED_TEST(DiskContract, GivesAFileASecondName) {
  this->write("a", "dog");
  ASSERT_TRUE(this->disk_.link(this->place_.folder / "a", this->place_.folder / "b"));
  this->disk_.remove(this->place_.folder / "a");
  EXPECT_EQ(this->read("b"), "dog");
  this->write("a", "cat");
  const auto taken = this->disk_.link(this->place_.folder / "a", this->place_.folder / "b");
  EXPECT_EQ(taken.error().kind, ErrorKind::kConflict);
}

TYPED_TEST(DiskContract, KeepsAnOpenFileReadable) {
  this->write("a", "dog");
  const auto file = this->disk_.open(this->place_.folder / "a");
  this->disk_.remove(this->place_.folder / "a");
  Bytes bytes(3);
  EXPECT_EQ((*file)->read(0, bytes), 3U);
  EXPECT_EQ(as_text(bytes), "dog");
}

TYPED_TEST(DiskContract, ListsWhatLiesInAFolder) {
  this->disk_.make_folders(this->place_.folder / "in");
  this->write("in/b", "");
  this->write("in/a", "");
  EXPECT_THAT(this->disk_.list(this->place_.folder), ElementsAre("in"));
  EXPECT_THAT(this->disk_.list(this->place_.folder / "in"), ElementsAre("a", "b"));
  EXPECT_THAT(this->disk_.list(this->place_.folder / "none"), IsEmpty());
  this->disk_.remove(this->place_.folder / "in");
  EXPECT_THAT(this->disk_.list(this->place_.folder / "in"), IsEmpty());
}

TEST(MemoryDisk, ForgetsWhatWasNotSyncedWhenThePowerGoes) {
  MemoryDisk disk;
  const auto file = disk.create("/f/a");
  file->append(as_bytes("kept"));
  file->sync();
  file->append(as_bytes(" lost"));
  disk.sync_folder("/f");
  disk.create("/f/b")->sync();
  disk.lose_power();
  EXPECT_THAT(disk.list("/f"), ElementsAre("a"));
  EXPECT_EQ((*disk.open("/f/a"))->size(), 4U);
  file->append(as_bytes("after"));
  EXPECT_EQ((*disk.open("/f/a"))->size(), 4U);
}

TEST(MemoryDisk, BringsBackANameWhoseRemovalWasNotSynced) {
  MemoryDisk disk;
  disk.create("/f/a")->sync();
  disk.sync_folder("/f");
  disk.rename("/f/a", "/f/b");
  disk.lose_power();
  EXPECT_THAT(disk.list("/f"), ElementsAre("a"));
}

}  // namespace
}  // namespace kennel::base

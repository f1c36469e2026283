#include "features/feature_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "base/tests/scratch_folder.h"
#include "features/tests/small_space.h"

namespace kennel::features {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::vector<FeatureSpace::Row> rows(std::initializer_list<const char*> photos, float first) {
  std::vector<FeatureSpace::Row> list;
  for (const char* name : photos) {
    list.push_back({photo(name), {first, first + 1, first + 2}});
    first += 10;
  }
  return list;
}

class FeatureCacheTest : public testing::Test {
 protected:
  FeatureSpace open(const SpaceKey& which = key()) { return {disk_, root(), which}; }
  const base::Path& root() const { return scratch_.path(); }

  std::vector<base::Path> segments() const {
    std::vector<base::Path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(root())) {
      if (entry.path().extension() == ".features") paths.push_back(entry.path());
    }
    return paths;
  }

  static void flip_byte(const base::Path& path, std::int64_t offset_from_end) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-offset_from_end, std::ios::end);
    const auto value = static_cast<char>(file.get() ^ 0x40);
    file.seekp(-offset_from_end, std::ios::end);
    file.put(value);
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
};

TEST_F(FeatureCacheTest, FindsWhatWasAppended) {
  auto space = open();
  space.append(rows({"a", "b"}, 1));
  EXPECT_THAT(*space.find(photo("b")), ElementsAre(11, 12, 13));
  EXPECT_FALSE(space.find(photo("c")));
}

TEST_F(FeatureCacheTest, FindsWhatAnEarlierProcessAppended) {
  open().append(rows({"a"}, 1));
  open().append(rows({"b"}, 5));
  const auto space = open();
  EXPECT_THAT(*space.find(photo("a")), ElementsAre(1, 2, 3));
  EXPECT_THAT(*space.find(photo("b")), ElementsAre(5, 6, 7));
}

TEST_F(FeatureCacheTest, KeepsSpacesApart) {
  open().append(rows({"a"}, 1));
  EXPECT_FALSE(open(key("other")).find(photo("a")));
}

TEST_F(FeatureCacheTest, DoesNotGiveADamagedRow) {
  open().append(rows({"a", "b"}, 1));
  flip_byte(segments().front(), 1);
  auto space = open();
  EXPECT_TRUE(space.find(photo("a")));
  EXPECT_FALSE(space.find(photo("b")));
}

TEST_F(FeatureCacheTest, ReplacesADamagedRowByItsLaterCopy) {
  open().append(rows({"a", "b"}, 1));
  flip_byte(segments().front(), 1);
  open().append(rows({"b"}, 11));
  EXPECT_THAT(*open().find(photo("b")), ElementsAre(11, 12, 13));
}

TEST_F(FeatureCacheTest, PassesOverATruncatedSegment) {
  open().append(rows({"a", "b"}, 1));
  const auto segment = segments().front();
  for (std::uintmax_t size = 0; size < fs::file_size(segment); size += 7) {
    const auto copy = segment.parent_path() / "copy.features";
    fs::copy_file(segment, copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, size);
    EXPECT_TRUE(open().find(photo("a")));
    fs::remove(copy);
  }
  fs::resize_file(segment, fs::file_size(segment) - 1);
  EXPECT_FALSE(open().find(photo("a")));
}

TEST_F(FeatureCacheTest, PassesOverADamagedTable) {
  open().append(rows({"a", "b"}, 1));
  const auto size = static_cast<std::int64_t>(fs::file_size(segments().front()));
  flip_byte(segments().front(), size - 70);  // in the first digest
  EXPECT_FALSE(open().find(photo("a")));
  EXPECT_FALSE(open().find(photo("b")));
}

TEST_F(FeatureCacheTest, HoldsAllOrNothingOfASegmentWhereverTheDiskFails) {
  base::FaultyDisk counting(disk_, UINT64_MAX, ENOSPC);
  FeatureSpace(counting, root() / "count", key()).append(rows({"a"}, 1));
  const auto operations = counting.operations();
  ASSERT_GT(operations, 5U);
  for (std::uint64_t failing = 0; failing < operations; ++failing) {
    const auto folder = root() / std::to_string(failing);
    base::FaultyDisk faulty(disk_, failing, ENOSPC);
    EXPECT_THROW(FeatureSpace(faulty, folder, key()).append(rows({"a"}, 1)), base::DiskError);
    FeatureSpace after(disk_, folder, key());
    if (const auto row = after.find(photo("a"))) {
      EXPECT_THAT(*row, ElementsAre(1, 2, 3));
    }
    after.append(rows({"a"}, 1));
    EXPECT_THAT(*after.find(photo("a")), ElementsAre(1, 2, 3)) << failing;
  }
}

TEST_F(FeatureCacheTest, TakesWritersSideBySide) {
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      auto space = open();
      for (int row = 0; row < 10; ++row) {
        const std::string name = std::to_string(row);  // the same photos in every writer
        space.append(std::vector<FeatureSpace::Row>{
            {photo(name), {static_cast<float>(row), 0, static_cast<float>(writer)}}});
      }
    });
  }
  writers.clear();
  const auto space = open();
  for (int row = 0; row < 10; ++row) {
    const auto found = space.find(photo(std::to_string(row)));
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)[0], static_cast<float>(row));
  }
}

TEST_F(FeatureCacheTest, ListsItsSpaces) {
  open().append(rows({"a", "b"}, 1));
  open(key("other")).append(rows({"a"}, 1));
  const auto spaces = list_spaces(root());
  ASSERT_EQ(spaces.size(), 2U);
  EXPECT_EQ(spaces[0].photos + spaces[1].photos, 3U);
  EXPECT_NE(spaces[0].backbone, spaces[1].backbone);
}

TEST_F(FeatureCacheTest, ListsNothingWhereThereIsNoCache) {
  EXPECT_TRUE(list_spaces(root() / "nowhere").empty());
}

TEST_F(FeatureCacheTest, TrimsWhatWasLongestNotUsed) {
  open().append(rows({"old"}, 1));
  const auto old_segment = segments().front();
  open(key("other")).append(rows({"new"}, 1));
  fs::last_write_time(old_segment, fs::file_time_type::clock::now() - std::chrono::hours(5));
  const auto bytes = fs::file_size(old_segment);
  EXPECT_EQ(trim_cache(disk_, root(), {.bytes_max = bytes}), bytes);
  EXPECT_FALSE(fs::exists(old_segment));
  EXPECT_TRUE(open(key("other")).find(photo("new")));
}

TEST_F(FeatureCacheTest, KeepsReadingASegmentThatIsTrimmedAway) {
  auto space = open();
  space.append(rows({"a"}, 1));
  trim_cache(disk_, root(), {.bytes_max = 0});
  EXPECT_TRUE(segments().empty());
  EXPECT_THAT(*space.find(photo("a")), ElementsAre(1, 2, 3));
  space.append(rows({"b"}, 1));
  EXPECT_TRUE(open().find(photo("b")));
}

}  // namespace
}  // namespace kennel::features

#include "features/adopt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <fstream>

#include "base/tests/scratch_folder.h"
#include "features/feature_cache.h"
#include "features/tests/small_space.h"

namespace kennel::features {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class AdoptTest : public testing::Test {
 protected:
  void SetUp() override { write({{photo("a"), {1, 2, 3}}, {photo("b"), {4, 5, 6}}}); }

  void write(const std::vector<FeatureSpace::Row>& rows, const SpaceKey& which = key()) {
    FeatureSpace(disk_, job(), which).append(rows);
  }
  Adopted adopt(const AdoptOptions& options = {}) {
    return adopt_segments(disk_, job(), cache(), options);
  }
  [[nodiscard]] std::optional<std::span<const float>> find(const std::string& name) {
    space_ = std::make_unique<FeatureSpace>(disk_, cache(), key());
    return space_->find(photo(name));
  }

  [[nodiscard]] base::Path job() const { return scratch_.path() / "job"; }
  [[nodiscard]] base::Path cache() const { return scratch_.path() / "cache"; }
  [[nodiscard]] base::Path space() const { return job() / key().digest().hex().substr(0, 32); }
  [[nodiscard]] base::Path segment() const {
    for (const auto& entry : fs::directory_iterator(space())) {
      if (entry.path().extension() == ".features") return entry.path();
    }
    return {};
  }

  static void flip_byte(const base::Path& path, std::uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const auto value = static_cast<char>(file.get() ^ 0x40);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(value);
  }

  // Nothing came, and one thing was told.
  void expect_refused(const std::string& reason, const AdoptOptions& options = {}) {
    const auto adopted = adopt(options);
    EXPECT_EQ(adopted.segments, 0U);
    EXPECT_THAT(adopted.refused, ElementsAre(HasSubstr(reason)));
    EXPECT_FALSE(find("a"));
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  std::unique_ptr<FeatureSpace> space_;
};

TEST_F(AdoptTest, TakesWhatIsSound) {
  write({{photo("x"), {7, 8, 9}}}, key("other"));
  const auto adopted = adopt();
  EXPECT_EQ(adopted.segments, 2U);
  EXPECT_THAT(adopted.refused, ElementsAre());
  EXPECT_THAT(*find("b"), ElementsAre(4, 5, 6));
  const FeatureSpace other(disk_, cache(), key("other"));
  EXPECT_THAT(*other.find(photo("x")), ElementsAre(7, 8, 9));
  EXPECT_EQ(list_spaces(cache()).front().precision, "f32");
}

TEST_F(AdoptTest, KeepsTheFileWhereItCan) {
  const auto name = segment().filename();
  ASSERT_EQ(adopt().segments, 1U);
  EXPECT_EQ(fs::hard_link_count(segment()), 2U);
  EXPECT_TRUE(fs::equivalent(segment(), cache() / space().filename() / name));
}

TEST_F(AdoptTest, CopiesAFileThatOthersHaveANameFor) {
  fs::create_hard_link(segment(), scratch_.path() / "second name");
  ASSERT_EQ(adopt().segments, 1U);
  EXPECT_EQ(fs::hard_link_count(segment()), 2U);
  EXPECT_TRUE(find("a"));
}

TEST_F(AdoptTest, CopiesAFileOfAnotherMode) {
  ASSERT_EQ(::chmod(segment().c_str(), 06666), 0);
  ASSERT_EQ(adopt().segments, 1U);
  const auto taken = cache() / space().filename() / segment().filename();
  EXPECT_EQ(static_cast<int>(fs::status(taken).permissions()), 0644);
}

TEST_F(AdoptTest, LeavesWhatIsThereAlready) {
  ASSERT_EQ(adopt().segments, 1U);
  const auto again = adopt();
  EXPECT_EQ(again.segments, 0U);
  EXPECT_EQ(again.known, 1U);
}

TEST_F(AdoptTest, ReplacesADamagedSegmentOfTheCache) {
  fs::copy(job(), cache(), fs::copy_options::recursive);
  const auto there = cache() / space().filename() / segment().filename();
  flip_byte(there, fs::file_size(there) - 1);
  ASSERT_FALSE(find("b"));
  EXPECT_EQ(adopt().segments, 1U);
  EXPECT_TRUE(find("b"));
}

TEST_F(AdoptTest, FindsNothingWhereThereIsNothing) {
  const auto adopted = adopt_segments(disk_, scratch_.path() / "nowhere", cache());
  EXPECT_EQ(adopted.segments, 0U);
  EXPECT_THAT(adopted.refused, ElementsAre());
}

// Padding apart (which nobody reads), no byte of a segment can change unseen.
TEST_F(AdoptTest, RefusesASegmentWithAnyByteChanged) {
  const auto size = fs::file_size(segment());
  const std::size_t table_end = 64 + 2 * 40;
  for (std::size_t offset = 0; offset < size; ++offset) {
    if (offset >= table_end && offset < 192) continue;
    flip_byte(segment(), offset);
    const auto adopted = adopt();
    EXPECT_EQ(adopted.segments, 0U) << offset;
    EXPECT_EQ(adopted.refused.size(), 1U) << offset;
    flip_byte(segment(), offset);
  }
}

TEST_F(AdoptTest, RefusesASegmentOfAnyOtherLength) {
  const auto size = fs::file_size(segment());
  for (std::uintmax_t length = 0; length <= size + 8; length += 4) {
    if (length == size) continue;
    const auto whole = base::read_file(segment(), size);
    fs::resize_file(segment(), length);
    EXPECT_EQ(adopt().segments, 0U) << length;
    std::ofstream(segment(), std::ios::binary)
        .write(reinterpret_cast<const char*>(whole->data()), static_cast<std::streamsize>(size));
  }
}

TEST_F(AdoptTest, RefusesAFeatureThatIsNoNumber) {
  fs::remove(segment());
  write({{photo("a"), {1, NAN, 3}}});
  expect_refused("a feature is no number");
}

TEST_F(AdoptTest, RefusesAnInfiniteFeature) {
  fs::remove(segment());
  write({{photo("a"), {1, 2, -INFINITY}}});
  expect_refused("a feature is no number");
}

TEST_F(AdoptTest, RefusesASegmentUnderAnotherName) {
  fs::rename(segment(), space() / "0123456789abcdef0123456789abcdef.features");
  expect_refused("its name is not that of its content");
}

TEST_F(AdoptTest, RefusesASegmentOfAnotherSpace) {
  write({{photo("x"), {7, 8, 9}}}, key("other"));
  const auto other = job() / key("other").digest().hex().substr(0, 32);
  const auto name = segment().filename();
  fs::rename(segment(), other / name);
  const auto adopted = adopt();
  EXPECT_THAT(adopted.refused, ElementsAre(HasSubstr("it is no whole segment of this space")));
  EXPECT_FALSE(find("a"));
}

TEST_F(AdoptTest, RefusesALinkForASegment) {
  const auto elsewhere = scratch_.path() / "elsewhere.features";
  const auto path = segment();
  fs::rename(path, elsewhere);
  fs::create_symlink(elsewhere, path);
  expect_refused("it is no regular file");
}

TEST_F(AdoptTest, RefusesAPipeForASegment) {
  const auto path = segment();
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0);
  expect_refused("it is no regular file");
}

TEST_F(AdoptTest, RefusesALinkForASpace) {
  const auto elsewhere = scratch_.path() / "elsewhere";
  fs::rename(space(), elsewhere);
  fs::create_directory_symlink(elsewhere, space());
  expect_refused("it is no space of a feature cache");
}

TEST_F(AdoptTest, RefusesALinkForTheDescription) {
  fs::rename(space() / "space.json", scratch_.path() / "space.json");
  fs::create_symlink(scratch_.path() / "space.json", space() / "space.json");
  expect_refused("it has no space.json");
}

TEST_F(AdoptTest, TakesASegmentOfASpaceThatIsThereAlready) {
  const std::vector<FeatureSpace::Row> earlier{{photo("z"), {7, 8, 9}}};
  FeatureSpace(disk_, cache(), key()).append(earlier);
  fs::remove(space() / "space.json");
  const auto adopted = adopt();
  EXPECT_EQ(adopted.segments, 1U);
  EXPECT_THAT(adopted.refused, testing::IsEmpty());
  EXPECT_TRUE(find("a"));
}

TEST_F(AdoptTest, RefusesASegmentOfASpaceThatNobodyDescribes) {
  fs::remove(space() / "space.json");
  expect_refused("no space.json");
}

TEST_F(AdoptTest, PassesOverASpaceThatWasOnlyLookedInto) {
  fs::remove_all(space());
  fs::create_directories(space());
  EXPECT_THAT(adopt().refused, testing::IsEmpty());
}

TEST_F(AdoptTest, RefusesALinkForTheWholeFolder) {
  fs::rename(job(), scratch_.path() / "elsewhere");
  fs::create_directory_symlink(scratch_.path() / "elsewhere", job());
  EXPECT_EQ(adopt().segments, 0U);
  EXPECT_FALSE(find("a"));
}

TEST_F(AdoptTest, RefusesASpaceWithAnotherDescription) {
  base::write_atomically(disk_, space() / "space.json", R"({"backbone": "tiny"})");
  expect_refused("its space.json is damaged");
  const auto other = FeatureSpace(disk_, scratch_.path() / "more", key("other"));
  const auto theirs =
      scratch_.path() / "more" / key("other").digest().hex().substr(0, 32) / "space.json";
  fs::copy_file(theirs, space() / "space.json", fs::copy_options::overwrite_existing);
  expect_refused("its space.json is another space's");
}

TEST_F(AdoptTest, RefusesFoldersThatAreNoSpaces) {
  fs::rename(space(), job() / "features");
  expect_refused("it is no space of a feature cache");
}

TEST_F(AdoptTest, LeavesOutWhatIsNoSegmentAndTakesTheRest) {
  std::ofstream(space() / "notes.txt") << "hello";
  fs::create_directory(space() / "deeper");
  const auto adopted = adopt();
  EXPECT_EQ(adopted.segments, 1U);
  EXPECT_EQ(adopted.refused.size(), 2U);
}

TEST_F(AdoptTest, RefusesWhatIsTooLarge) {
  expect_refused("it is larger than 100 B", {.segment_bytes_max = 100});
  expect_refused("more than one job may bring", {.total_bytes_max = 100});
  expect_refused("more than one job may bring", {.files_max = 0});
}

TEST_F(AdoptTest, HoldsAllOrNothingOfASegmentWhereverTheDiskFails) {
  base::FaultyDisk counting(disk_, UINT64_MAX, ENOSPC);
  ASSERT_EQ(adopt_segments(counting, job(), scratch_.path() / "count").segments, 1U);
  fs::remove_all(scratch_.path() / "count");
  for (std::uint64_t failing = 0; failing < counting.operations(); ++failing) {
    const auto into = scratch_.path() / fmt::format("cache-{}", failing);
    base::FaultyDisk faulty(disk_, failing, ENOSPC);
    EXPECT_THROW((void)adopt_segments(faulty, job(), into), base::DiskError);
    const auto again = adopt_segments(disk_, job(), into);
    EXPECT_EQ(again.segments + again.known, 1U) << failing;
  }
}

}  // namespace
}  // namespace kennel::features

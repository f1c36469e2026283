#include "objects/check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"
#include "objects/collections.h"
#include "objects/tests/stocked_store.h"

namespace kennel::objects {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

base::Digest digest_of(std::string_view text) { return base::sha256(base::as_bytes(text)); }

class CheckObjectsTest : public testing::Test {
 protected:
  CheckObjectsTest() { store_.make_bucket("dogs", Versioning::kEnabled); }

  [[nodiscard]] CheckReport check() const { return check_objects(store_.records, blobs_); }
  // Every finding as one line: what, where, of which blob.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> lines;
    for (const Finding& found : check().findings) {
      const char* what = found.damage == Damage::kCorrupt   ? "corrupt"
                         : found.damage == Damage::kMissing ? "missing"
                                                            : "unheld";
      std::string line = fmt::format("{} {}/{}", what, found.bucket, found.key);
      if (!found.version_id.empty()) line += " " + found.version_id;
      if (found.part != 0) line += fmt::format(" part {}", found.part);
      lines.push_back(line);
    }
    return lines;
  }
  void rot(std::string_view text) { store_.disk.rot(store_.file_of(digest_of(text)), 0); }

  StockedStore store_;
  // Of another process than the one that writes.
  store::Blobs blobs_{store_.records, store_.disk, "/store", store::Blobs::ReadOnly{}};
};

TEST_F(CheckObjectsTest, FindsNothingWhereAllIsSound) {
  store_.put("dogs", "a", "one");
  store_.put("dogs", "a", "two!");
  store_.put("dogs", "b", "one");
  store_.put("dogs", "empty", "");
  ASSERT_TRUE(store_.objects.remove("dogs", "b", {}, store_.now));
  store_.put_part(store_.begin_upload("dogs", "big"), 7, "three");
  const CheckReport report = check();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.orphans, IsEmpty());
  EXPECT_EQ(report.objects, 4U);
  EXPECT_EQ(report.parts, 1U);
  EXPECT_EQ(report.blobs, 4U);
  EXPECT_EQ(report.bytes, 12U);
  EXPECT_EQ(report.garbage_blobs, 0U);
}

TEST_F(CheckObjectsTest, NamesEveryVersionWhoseBytesRotted) {
  const std::string old = store_.put("dogs", "a", "same").id;
  store_.put("dogs", "a", "other");
  const std::string latest = store_.put("dogs", "b", "same").id;
  rot("same");
  EXPECT_THAT(findings(),
              UnorderedElementsAre("corrupt dogs/a " + old, "corrupt dogs/b " + latest));
  EXPECT_EQ(check().findings[0].blob, digest_of("same").hex());
  EXPECT_THAT(check().findings[0].text, HasSubstr("is not what was written"));
}

TEST_F(CheckObjectsTest, NamesAVersionWhoseFileIsGone) {
  const std::string id = store_.put("dogs", "a", "one").id;
  store_.disk.remove(store_.file_of(digest_of("one")));
  EXPECT_THAT(findings(), ElementsAre("missing dogs/a " + id));
  EXPECT_THAT(check().findings[0].text, HasSubstr("is missing"));
}

TEST_F(CheckObjectsTest, NamesAVersionWhoseFileIsTooShort) {
  const std::string id = store_.put("dogs", "a", "one").id;
  const auto file = store_.disk.create(store_.file_of(digest_of("one")));
  file->append(base::as_bytes("on"));
  EXPECT_THAT(findings(), ElementsAre("corrupt dogs/a " + id));
}

TEST_F(CheckObjectsTest, NamesAPartWhoseBytesRotted) {
  const Upload upload = store_.begin_upload("dogs", "big");
  store_.put_part(upload, 1, "one");
  store_.put_part(upload, 12, "twelve");
  rot("twelve");
  EXPECT_THAT(findings(), ElementsAre("corrupt dogs/big part 12"));
  EXPECT_EQ(check().findings[0].upload_id, upload.id);
}

TEST_F(CheckObjectsTest, NamesAVersionOfABlobWithoutARecord) {
  const std::string id = store_.put("dogs", "a", "one").id;
  const base::Digest digest = digest_of("one");
  const std::string key(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  ASSERT_TRUE(store_.records.commit({{"blobs", key}}));
  EXPECT_THAT(findings(), ElementsAre("missing dogs/a " + id));
  EXPECT_THAT(check().findings[0].text, HasSubstr("no record of the blob"));
  EXPECT_THAT(check().orphans, SizeIs(1));
}

TEST_F(CheckObjectsTest, NamesAVersionThatDoesNotHoldItsBlob) {
  const ObjectVersion version = store_.put("dogs", "a", "one");
  store_.put("dogs", "b", "one");
  ASSERT_TRUE(store_.records.commit(store::Blobs::release(digest_of("one"), {version.owner, 0})));
  EXPECT_THAT(findings(), ElementsAre("unheld dogs/a " + version.id));
}

TEST_F(CheckObjectsTest, NamesAVersionThatHasNotAllItsBytes) {
  ObjectVersion version = store_.put("dogs", "a", "one");
  version.content.size = 4;
  ASSERT_TRUE(store_.records.commit({{kObjects, "dogs/a", to_record(version)}}));
  EXPECT_THAT(findings(), ElementsAre("corrupt dogs/a " + version.id));
  version.content.extents[0].length = 4;
  ASSERT_TRUE(store_.records.commit({{kObjects, "dogs/a", to_record(version)}}));
  EXPECT_THAT(findings(), ElementsAre("corrupt dogs/a " + version.id));
}

TEST_F(CheckObjectsTest, LooksAtEveryBlobOfAnObjectInManyParts) {
  ObjectVersion version = store_.put("dogs", "a", "0");
  for (std::uint32_t slot = 1; slot < 9; ++slot) {
    store::StagedBlob staged = store_.stage(std::to_string(slot));
    version.content.extents.push_back({.digest = staged.digest(), .length = 1, .slot = slot});
    const store::Blobs::Arrival arrival{&staged, {version.owner, slot}};
    ASSERT_TRUE(store_.blobs.commit({}, {&arrival, 1}));
  }
  version.content.size = 9;
  const store::Change layout{kLayouts, version.owner, to_layout_record(version.content)};
  ASSERT_TRUE(store_.records.commit({{kObjects, "dogs/a", to_record(version)}, layout}));
  EXPECT_THAT(findings(), IsEmpty());
  rot("7");
  EXPECT_THAT(findings(), ElementsAre("corrupt dogs/a " + version.id));
  ASSERT_TRUE(store_.records.commit({{kLayouts, version.owner}}));
  EXPECT_THAT(findings(), ElementsAre("missing dogs/a " + version.id, "corrupt /"));
}

TEST_F(CheckObjectsTest, TellsWhatIsToBeCollectedAndFilesThatNoRecordNames) {
  const std::string id = store_.put("dogs", "a", "one").id;
  ASSERT_TRUE(store_.objects.remove("dogs", "a", id, store_.now));
  const store::StagedBlob staged = store_.stage("on its way");
  const CheckReport report = check();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.garbage_blobs, 1U);
  EXPECT_EQ(report.garbage_bytes, 3U);
  EXPECT_EQ(report.blobs, 0U);
  EXPECT_THAT(report.orphans, ElementsAre(HasSubstr(staged.digest().hex())));
}

TEST_F(CheckObjectsTest, ReadsEachBlobOnceAndTellsHowFarItIs) {
  for (int number = 0; number < 600; ++number) {
    store_.put("dogs", std::to_string(number), std::to_string(number / 2));
  }
  std::vector<std::pair<std::size_t, std::size_t>> steps;
  const CheckOptions options{
      .progress = [&](std::size_t done, std::size_t total) { steps.emplace_back(done, total); }};
  const CheckReport report = check_objects(store_.records, store_.blobs, options);
  EXPECT_EQ(report.objects, 600U);
  EXPECT_EQ(report.blobs, 300U);
  ASSERT_THAT(steps, SizeIs(300));
  EXPECT_EQ(steps.front(), std::pair(std::size_t{1}, std::size_t{300}));
  EXPECT_EQ(steps.back(), std::pair(std::size_t{300}, std::size_t{300}));
}

// Changes the store while it is being checked, where a reader would meet it.
class ChangingRecords final : public store::Records {
 public:
  ChangingRecords(store::Records& inner, std::string collection, std::function<void()> change)
      : inner_(inner), collection_(std::move(collection)), change_(std::move(change)) {}
  [[nodiscard]] std::optional<store::Record> find(std::string_view collection,
                                                  std::string_view key) const override {
    return inner_.find(collection, key);
  }
  [[nodiscard]] std::vector<store::Record> scan(std::string_view collection,
                                                const store::ScanRange& range) const override {
    auto found = inner_.scan(collection, range);
    if (collection == collection_ && change_) std::exchange(change_, nullptr)();
    return found;
  }
  void submit(store::Changes changes, Done done) override {
    inner_.submit(std::move(changes), std::move(done));
  }

 private:
  store::Records& inner_;
  std::string collection_;
  mutable std::function<void()> change_;
};

TEST_F(CheckObjectsTest, TellsNothingOfWhatIsRemovedMeanwhile) {
  store_.make_bucket("plain");
  for (const char* collection : {"blobs", kObjects}) {
    store_.put("plain", "a", "one");
    ChangingRecords changing(store_.records, collection, [this] {
      ASSERT_TRUE(store_.objects.remove("plain", "a", {}, store_.now));
      ASSERT_EQ(store_.blobs.collect().blobs, 1U);
    });
    const store::Blobs blobs(changing, store_.disk, "/store", store::Blobs::ReadOnly{});
    EXPECT_THAT(check_objects(changing, blobs, {.threads = 1}).findings, IsEmpty()) << collection;
  }
}

TEST_F(CheckObjectsTest, GoesOnWhereTheDiskCannotReadAFile) {
  const std::string id = store_.put("dogs", "a", "one").id;
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const store::Blobs blobs(store_.records, disk, scratch.path(), store::Blobs::ReadOnly{});
  const base::Path file = scratch.path() / "blobs" / blobs.find(digest_of("one"))->file;
  std::filesystem::create_directories(file.parent_path());
  std::filesystem::create_symlink(file, file);
  EXPECT_THROW((void)disk.open(file), base::DiskError);
  const CheckReport report = check_objects(store_.records, blobs);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].damage, Damage::kCorrupt);
  EXPECT_EQ(report.findings[0].version_id, id);
}

}  // namespace
}  // namespace kennel::objects

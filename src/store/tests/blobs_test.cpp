// What Blobs promise, on disk and in memory.
#include "store/blobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/memory_disk.h"
#include "base/random.h"
#include "base/tests/scratch_folder.h"
#include "store/memory_records.h"
#include "store/sqlite_records.h"

namespace kennel::store {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct InMemory {
  base::Path folder = "/store";
  base::MemoryDisk disk;
  MemoryRecords records;
  void rot(const base::Path& path, std::uint64_t offset) { disk.rot(path, offset); }
};

struct OnDisk {
  base::ScratchFolder scratch;
  base::Path folder = scratch.path();
  base::PosixDisk disk;
  std::unique_ptr<SqliteRecords> opened = SqliteRecords::open(folder / "records.db").value();
  Records& records = *opened;
  static void rot(const base::Path& path, std::uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const char letter = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(letter);
  }
};

std::string random_text(std::size_t size, std::uint64_t seed = 1) {
  base::Random random(seed);
  std::string text(size, '\0');
  for (char& letter : text) letter = static_cast<char>(random.next());
  return text;
}

Holder holder(const std::string& name) { return {name + std::string(32 - name.size(), '0'), 1}; }

StagedBlob stage(Blobs& blobs, std::string_view text, std::size_t piece = 300'000) {
  const auto writer = blobs.begin();
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    writer->append(base::as_bytes(text.substr(0, piece)));
  }
  return writer->finish();
}

base::Result<base::Digest> put(Blobs& blobs, std::string_view text, const std::string& name,
                               const Changes& changes = {}) {
  StagedBlob staged = stage(blobs, text);
  const Blobs::Arrival arrival{&staged, holder(name)};
  KENNEL_TRY_VOID(blobs.commit(changes, {&arrival, 1}));
  return staged.digest();
}

base::Result<std::string> read_all(const Blobs& blobs, const base::Digest& digest) {
  KENNEL_TRY(BlobFile file, blobs.open(digest));
  std::string text;
  while (text.size() < file.size()) {
    KENNEL_TRY(const base::ByteView bytes, file.read(text.size()));
    text += base::as_text(bytes);
  }
  return text;
}

template <class Place>
class BlobsContract : public testing::Test {
 protected:
  base::Path path_of(const base::Digest& digest) const {
    return blobs_.blobs_folder() / blobs_.find(digest)->file;
  }
  std::vector<std::string> staged_files() { return place_.disk.list(place_.folder / "staging"); }

  Place place_;
  Blobs blobs_{place_.records, place_.disk, place_.folder};
};

using Places = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(BlobsContract, Places);

TYPED_TEST(BlobsContract, GivesBackWhatWasWrittenWhateverItsSize) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kBlockBytes - 1,
                                 kBlockBytes, kBlockBytes + 1, 3 * kBlockBytes + 17}) {
    const std::string text = random_text(size, size);
    const auto digest = put(this->blobs_, text, "me");
    ASSERT_TRUE(digest);
    EXPECT_EQ(*digest, base::sha256(base::as_bytes(text)));
    EXPECT_EQ(read_all(this->blobs_, *digest), text) << size;
  }
  EXPECT_THAT(this->staged_files(), IsEmpty());
}

TYPED_TEST(BlobsContract, ReadsFromAnywhere) {
  const std::string text = random_text(2 * kBlockBytes + 500);
  const auto digest = put(this->blobs_, text, "me");
  BlobFile file = *this->blobs_.open(*digest);
  for (const std::size_t at : {std::size_t{7}, kBlockBytes - 3, kBlockBytes, text.size() - 6}) {
    std::string piece(6, '\0');
    ASSERT_TRUE(file.read_exactly(at, {reinterpret_cast<std::uint8_t*>(piece.data()), 6}));
    EXPECT_EQ(piece, text.substr(at, 6));
  }
}

TYPED_TEST(BlobsContract, KeepsTheSameContentOnce) {
  const auto one = put(this->blobs_, "dog", "one");
  const auto two = put(this->blobs_, "dog", "two");
  EXPECT_EQ(*one, *two);
  EXPECT_THAT(this->blobs_.blob_files(), SizeIs(1));
}

TYPED_TEST(BlobsContract, KeepsContentUntilNobodyHoldsIt) {
  const auto digest = put(this->blobs_, "dog", "one");
  ASSERT_TRUE(put(this->blobs_, "dog", "two"));
  ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("one")), {}));
  EXPECT_EQ(this->blobs_.collect().blobs, 0U);
  EXPECT_EQ(read_all(this->blobs_, *digest), "dog");
  ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("two")), {}));
  const Collected collected = this->blobs_.collect();
  EXPECT_EQ(collected.blobs, 1U);
  EXPECT_EQ(collected.bytes, 3U);
  EXPECT_THAT(this->blobs_.blob_files(), IsEmpty());
  EXPECT_EQ(read_all(this->blobs_, *digest).error().kind, ErrorKind::kCorrupt);
}

TYPED_TEST(BlobsContract, SaysWhetherThereIsMoreToCollect) {
  for (const char* text : {"dog", "cat"}) {
    const auto digest = put(this->blobs_, text, "one");
    ASSERT_TRUE(put(this->blobs_, text, "two"));
    ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("one")), {}));
  }
  EXPECT_TRUE(this->blobs_.collect(1).more);
  EXPECT_TRUE(this->blobs_.collect(1).more);
  EXPECT_FALSE(this->blobs_.collect(1).more);
}

TYPED_TEST(BlobsContract, TakesContentAgainThatWasCollected) {
  const auto digest = put(this->blobs_, "dog", "one");
  ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("one")), {}));
  EXPECT_EQ(this->blobs_.collect().blobs, 1U);
  ASSERT_TRUE(put(this->blobs_, "dog", "one"));
  EXPECT_EQ(this->blobs_.collect().blobs, 0U);
  EXPECT_EQ(read_all(this->blobs_, *digest), "dog");
}

TYPED_TEST(BlobsContract, LetsSeveralHoldABlobThatIsThere) {
  const auto digest = put(this->blobs_, "dog", "one");
  ASSERT_TRUE(this->blobs_.commit(Blobs::hold(*digest, holder("two")), {}));
  ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("one")), {}));
  EXPECT_EQ(this->blobs_.collect().blobs, 0U);
  const base::Digest other = base::sha256(base::as_bytes("cat"));
  const auto missing = this->blobs_.commit(Blobs::hold(other, holder("two")), {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kConflict);
}

TYPED_TEST(BlobsContract, TellsWhatIsThereAndWhoHoldsIt) {
  const base::Digest dog = *put(this->blobs_, "dog", "one");
  const base::Digest cat = *put(this->blobs_, "cat", "two");
  const auto rows = this->blobs_.list({}, 10);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0], this->blobs_.find(std::min(dog, cat)));
  EXPECT_EQ(rows[1], this->blobs_.find(std::max(dog, cat)));
  EXPECT_THAT(this->blobs_.list(rows[0].digest, 10), ElementsAre(rows[1]));
  EXPECT_THAT(this->blobs_.list({}, 1), ElementsAre(rows[0]));
  EXPECT_TRUE(this->blobs_.is_held(dog));
  EXPECT_TRUE(this->blobs_.is_held(dog, holder("one")));
  EXPECT_FALSE(this->blobs_.is_held(dog, holder("two")));
  ASSERT_TRUE(this->blobs_.commit(Blobs::release(dog, holder("one")), {}));
  EXPECT_FALSE(this->blobs_.is_held(dog));
}

TYPED_TEST(BlobsContract, CollectsNothingThatIsBeingRead) {
  const auto digest = put(this->blobs_, "dog", "one");
  {
    const BlobPin pin = this->blobs_.pin({*digest});
    ASSERT_TRUE(this->blobs_.commit(Blobs::release(*digest, holder("one")), {}));
    EXPECT_EQ(this->blobs_.collect().blobs, 0U);
    EXPECT_EQ(read_all(this->blobs_, *digest), "dog");
  }
  EXPECT_EQ(this->blobs_.collect().blobs, 1U);
}

TYPED_TEST(BlobsContract, LeavesNothingOfWhatIsNotCommitted) {
  {
    const auto writer = this->blobs_.begin();
    writer->append(base::as_bytes("half"));
  }
  {
    const StagedBlob staged = stage(this->blobs_, "whole");
  }
  const Changes refused{{"things", "a", {}, kAnyVersion, ChangeKind::kExpect}};
  EXPECT_FALSE(put(this->blobs_, "dog", "one", refused));
  EXPECT_THAT(this->staged_files(), IsEmpty());
  EXPECT_THAT(this->blobs_.blob_files(), IsEmpty());
}

TYPED_TEST(BlobsContract, CommitsTheCallersChangesWithTheBlob) {
  const auto digest = put(this->blobs_, "dog", "one", {{"things", "a", "x", 0}});
  ASSERT_TRUE(digest);
  EXPECT_EQ(this->place_.records.find("things", "a")->value, "x");
  const auto again = put(this->blobs_, "cat", "two", {{"things", "a", "y", 0}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
}

TYPED_TEST(BlobsContract, NoticesAnyBitThatFlips) {
  const std::string text = random_text(kBlockBytes + 1000);
  const auto digest = put(this->blobs_, text, "one");
  for (const std::uint64_t offset : {std::uint64_t{0}, kBlockBytes - 1, text.size() - 1}) {
    this->place_.rot(this->path_of(*digest), offset);
    EXPECT_EQ(read_all(this->blobs_, *digest).error().kind, ErrorKind::kCorrupt) << offset;
    this->place_.rot(this->path_of(*digest), offset);
  }
  EXPECT_EQ(read_all(this->blobs_, *digest), text);
}

TYPED_TEST(BlobsContract, ReadsTheBlocksThatAreSound) {
  const std::string text = random_text(2 * kBlockBytes);
  const auto digest = put(this->blobs_, text, "one");
  this->place_.rot(this->path_of(*digest), kBlockBytes + 5);
  BlobFile file = *this->blobs_.open(*digest);
  EXPECT_EQ(base::as_text(*file.read(0)), text.substr(0, kBlockBytes));
  EXPECT_FALSE(file.read(kBlockBytes));
  EXPECT_FALSE(file.verify());
}

TYPED_TEST(BlobsContract, MendsADamagedBlobWithTheSameContent) {
  const auto digest = put(this->blobs_, "dog", "one");
  this->place_.rot(this->path_of(*digest), 1);
  ASSERT_TRUE(put(this->blobs_, "dog", "two"));
  EXPECT_EQ(read_all(this->blobs_, *digest), "dog");
  EXPECT_THAT(this->blobs_.blob_files(), SizeIs(1));
}

TYPED_TEST(BlobsContract, NamesAFileThatIsMissing) {
  const auto digest = put(this->blobs_, "dog", "one");
  this->place_.disk.remove(this->path_of(*digest));
  const auto result = read_all(this->blobs_, *digest);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kCorrupt);
  EXPECT_THAT(result.error().message, HasSubstr(digest->hex() + "-"));
}

TYPED_TEST(BlobsContract, FindsFilesThatNoRecordNames) {
  const auto digest = put(this->blobs_, "dog", "one");
  const base::Path kept = this->path_of(*digest);
  const std::string orphan = digest->hex().substr(0, 2) + "/" + digest->hex() + "-0000";
  base::write_atomically(this->place_.disk, this->blobs_.blobs_folder() / orphan, "dog");
  const auto files = this->blobs_.blob_files();
  EXPECT_THAT(this->blobs_.find_orphans(files), ElementsAre(orphan));
  this->blobs_.remove_orphans(files);
  EXPECT_THAT(this->blobs_.blob_files(), SizeIs(1));
  EXPECT_EQ(read_all(this->blobs_, *digest), "dog");
}

TYPED_TEST(BlobsContract, ForgetsWhatAnEarlierProcessWasWriting) {
  base::write_atomically(this->place_.disk, this->place_.folder / "staging" / "left", "half");
  const Blobs again(this->place_.records, this->place_.disk, this->place_.folder);
  EXPECT_THAT(this->staged_files(), IsEmpty());
}

TYPED_TEST(BlobsContract, PlacesABlobUnderAnotherName) {
  const std::string text = random_text(kBlockBytes + 10);
  const auto digest = put(this->blobs_, text, "one");
  const base::Path path = this->place_.folder / "photo.jpg";
  ASSERT_TRUE(this->blobs_.place(*digest, path));
  const auto file = this->place_.disk.open(path);
  EXPECT_EQ((*file)->size(), text.size());
}

TYPED_TEST(BlobsContract, SurvivesManyWritersAndACollectorOfTheSameContent) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 30;
  const base::Digest digest = base::sha256(base::as_bytes("dog"));
  std::atomic<int> running{kWriters};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, name = "w" + std::to_string(writer)] {
      for (int round = 0; round < kRounds; ++round) {
        EXPECT_TRUE(put(this->blobs_, "dog", name));
        EXPECT_EQ(read_all(this->blobs_, digest), "dog");
        EXPECT_TRUE(this->blobs_.commit(Blobs::release(digest, holder(name)), {}));
      }
      --running;
    });
  }
  while (running > 0) (void)this->blobs_.collect();
  for (std::thread& thread : threads) thread.join();
  (void)this->blobs_.collect();
  EXPECT_THAT(this->blobs_.blob_files(), IsEmpty());
}

// Every single operation of the disk fails in its turn, and then the power goes.
TEST(Blobs, AreWholeOrNotThereWhereverThePowerGoes) {
  const std::string text = random_text(kBlockBytes + 100);
  const base::Digest digest = base::sha256(base::as_bytes(text));
  bool acknowledged = false;
  std::uint64_t operation = 0;
  for (; !acknowledged; ++operation) {
    InMemory place;
    {
      const Blobs prepared(place.records, place.disk, place.folder);
    }
    base::FaultyDisk faulty(place.disk, operation, EIO);
    try {
      Blobs blobs(place.records, faulty, place.folder);
      acknowledged = put(blobs, text, "one").has_value();
    } catch (const base::DiskError&) {
      acknowledged = false;
    }
    place.disk.lose_power();
    const Blobs after(place.records, place.disk, place.folder);
    EXPECT_EQ(after.find(digest).has_value(), acknowledged) << operation;
    if (acknowledged) {
      EXPECT_EQ(read_all(after, digest), text);
    }
  }
  EXPECT_GT(operation, 8U);
}

}  // namespace
}  // namespace kennel::store

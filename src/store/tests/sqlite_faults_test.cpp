// What a full and a failing disk do to the records: nothing that was acknowledged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/tests/scratch_folder.h"
#include "store/sqlite_records.h"
#include "store/tests/faulty_vfs.h"

namespace kennel::store {
namespace {

using testing::HasSubstr;

constexpr int kOperationsMax = 2000;  // far beyond what a round needs: the loops end before

class SqliteFaults : public testing::TestWithParam<Fault> {
 protected:
  [[nodiscard]] SqliteOptions options() const {
    // So few pages that the rounds see checkpoints too.
    return {.checkpoint_pages = 12, .vfs = vfs_.name()};
  }
  [[nodiscard]] std::unique_ptr<SqliteRecords> open() const {
    return SqliteRecords::open(folder_.path() / "records.db", options()).value();
  }

  // Whether it was acknowledged; a StoreError is the only other answer.
  bool try_commit(SqliteRecords& records, const std::string& key) {
    try {
      EXPECT_TRUE(
          records.commit({{"things", key, std::string(5000, 'x'), 0}, {"index", key, "", 0}}));
      acknowledged_.insert(key);
      return true;
    } catch (const StoreError& error) {
      EXPECT_THAT(error.what(), HasSubstr("records.db"));
      return false;
    }
  }

  void expect_what_was_acknowledged(const Records& records) const {
    EXPECT_EQ(keys(records, "things"), acknowledged_);
    EXPECT_EQ(keys(records, "index"), acknowledged_);
  }

  static std::set<std::string> keys(const Records& records, const std::string& collection) {
    std::set<std::string> found;
    for (const Record& record : records.scan(collection, {})) found.insert(record.key);
    return found;
  }

  base::ScratchFolder folder_;
  FaultyVfs vfs_;
  std::set<std::string> acknowledged_;
};

INSTANTIATE_TEST_SUITE_P(Every, SqliteFaults,
                         testing::Values(Fault::kFullDisk, Fault::kBrokenWrite,
                                         Fault::kBrokenSync));

TEST_P(SqliteFaults, LoseNothingAcknowledgedAndKeepNothingRefused) {
  auto records = open();
  int rounds = 0;
  bool failed = true;
  for (; failed && rounds < kOperationsMax; ++rounds) {
    vfs_.fail(GetParam(), rounds);
    for (int commit = 0; commit < 6; ++commit) {
      try_commit(*records, std::to_string(rounds) + "/" + std::to_string(commit));
      expect_what_was_acknowledged(*records);
    }
    failed = vfs_.has_failed();
    vfs_.mend();
    EXPECT_TRUE(try_commit(*records, std::to_string(rounds) + "/after"));
    records.reset();
    records = open();
    expect_what_was_acknowledged(*records);
    if (HasFailure()) FAIL() << "at operation " << rounds;
    for (const std::string& key : std::set(acknowledged_)) {
      ASSERT_TRUE(records->commit(
          {{"things", key, std::nullopt, kAnyVersion}, {"index", key, {}, kAnyVersion}}));
    }
    acknowledged_.clear();
  }
  EXPECT_GT(rounds, 5);
  EXPECT_FALSE(failed);
}

TEST_P(SqliteFaults, RefuseEveryCommitWhileTheyLast) {
  auto records = open();
  ASSERT_TRUE(try_commit(*records, "old"));
  for (int skipped = 0; skipped < 12; ++skipped) {
    vfs_.fail(GetParam(), skipped, true);
    bool refused = false;
    for (int commit = 0; commit < 20; ++commit) {
      const bool taken =
          try_commit(*records, std::to_string(skipped) + "/" + std::to_string(commit));
      EXPECT_FALSE(refused && taken);
      refused = !taken;
      expect_what_was_acknowledged(*records);
    }
    EXPECT_TRUE(refused);
    vfs_.mend();
    EXPECT_TRUE(try_commit(*records, std::to_string(skipped) + "/after"));
    expect_what_was_acknowledged(*records);
  }
  EXPECT_GT(records->counts().broken, 0U);
  records.reset();
  expect_what_was_acknowledged(*open());
}

// What a kill at this moment would leave: the file and its log, without the log's index.
std::unique_ptr<SqliteRecords> open_copy(const base::Path& file, const base::Path& copy) {
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(file.string() + suffix, copy.string() + suffix);
  }
  return SqliteRecords::open(copy).value();
}

TEST_P(SqliteFaults, LeaveNothingInTheLogThatAKillWouldBringBack) {
  const auto records = open();
  for (int skipped = 0; skipped < 8; ++skipped) {
    vfs_.fail(GetParam(), skipped);
    const std::string round = std::to_string(skipped);
    // A fault in a checkpoint refuses no commit, so the end is the fault, not the refusal.
    for (int commit = 0; !vfs_.has_failed() && commit < 50; ++commit) {
      try_commit(*records, round + "/" + std::to_string(commit));
    }
    EXPECT_TRUE(vfs_.has_failed());
    const auto copy = open_copy(folder_.path() / "records.db", folder_.path() / (round + ".db"));
    expect_what_was_acknowledged(*copy);
  }
}

TEST_F(SqliteFaults, NeverAcknowledgeWithoutASync) {
  const auto records = open();
  vfs_.fail(Fault::kBrokenSync, 0, true);
  for (const char* key : {"a", "b", "c"}) EXPECT_FALSE(try_commit(*records, key));
  vfs_.mend();
  EXPECT_TRUE(try_commit(*records, "d"));
}

TEST_P(SqliteFaults, AtOpeningLeaveAFileThatOpensLater) {
  bool failed = true;
  for (int skipped = 0; failed && skipped < kOperationsMax; ++skipped) {
    const base::Path file = folder_.path() / (std::to_string(skipped) + ".db");
    vfs_.fail(GetParam(), skipped);
    try {
      const auto opened = SqliteRecords::open(file, options());
      EXPECT_TRUE(opened || vfs_.has_failed());
    } catch (const StoreError&) {
      EXPECT_TRUE(vfs_.has_failed());
    }
    failed = vfs_.has_failed();
    vfs_.mend();
    const auto records = SqliteRecords::open(file, options());
    ASSERT_TRUE(records) << records.error().message;
    EXPECT_TRUE((*records)->commit({{"things", "a", "x", 0}}));
  }
  EXPECT_FALSE(failed);
}

TEST_F(SqliteFaults, SayThatTheDiskIsFull) {
  const auto records = open();
  vfs_.fail(Fault::kFullDisk, 0, true);
  try {
    (void)records->commit({{"things", "a", "x", 0}});
    FAIL() << "acknowledged";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), HasSubstr("free some space there and try again"));
  }
}

}  // namespace
}  // namespace kennel::store

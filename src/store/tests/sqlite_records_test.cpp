#include "store/sqlite_records.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "base/tests/scratch_folder.h"
#include "store/sqlite_schema.h"

namespace kennel::store {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class SqliteRecordsTest : public testing::Test {
 protected:
  [[nodiscard]] base::Result<std::unique_ptr<SqliteRecords>> open(
      SqliteOptions options = {}) const {
    return SqliteRecords::open(file_, std::move(options));
  }
  void expect_refusal(ErrorKind kind, const std::string& message) const {
    const auto opened = open({.busy_timeout = std::chrono::milliseconds(0)});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, kind);
    EXPECT_THAT(opened.error().message, HasSubstr(message));
  }

  base::ScratchFolder folder_;
  base::Path file_ = folder_.path() / "records.db";
};

TEST_F(SqliteRecordsTest, FindsEverythingAgainAfterReopening) {
  ASSERT_TRUE((*open())->commit({{"things", "a", "one", 0}}));
  const std::uint64_t version = (*open())->find("things", "a")->version;
  ASSERT_TRUE((*open())->commit({{"things", "a", "two", version}}));
  EXPECT_EQ((*open())->find("things", "a")->value, "two");
}

TEST_F(SqliteRecordsTest, MakesAFileThatNobodyElseMayRead) {
  const auto records = open();
  ASSERT_TRUE((*records)->commit({{"things", "a", "one", 0}}));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status{};
    ASSERT_EQ(::stat((file_.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteRecordsTest, WritesALogAheadOfTheFile) {
  ASSERT_TRUE(open());
  EXPECT_EQ(SQLite::Database(file_.string()).execAndGet("PRAGMA journal_mode").getString(), "wal");
}

TEST_F(SqliteRecordsTest, RefusesAFolderThatIsNotThere) {
  file_ = folder_.path() / "missing" / "records.db";
  expect_refusal(ErrorKind::kNotFound, "there is no folder " + file_.parent_path().string());
}

TEST_F(SqliteRecordsTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file_) << std::string(5000, 'x');
  expect_refusal(ErrorKind::kCorrupt, "is not a database");
}

TEST_F(SqliteRecordsTest, RefusesAFolderInTheFilesPlace) {
  std::filesystem::create_directory(file_);
  expect_refusal(ErrorKind::kInvalid, "Is a directory");
}

TEST_F(SqliteRecordsTest, RefusesADatabaseOfAnotherProgram) {
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE photos (name TEXT)");
  expect_refusal(ErrorKind::kConflict, "is a database of another program");
}

TEST_F(SqliteRecordsTest, RefusesADatabaseOfANewerKennel) {
  ASSERT_TRUE(open());
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE kennel_store SET schema = 99");
  expect_refusal(ErrorKind::kConflict, "was made by a newer kennel (its schema is version 99");
}

TEST_F(SqliteRecordsTest, RefusesAFileThatAnotherKennelHolds) {
  const auto first = open();
  ASSERT_TRUE(first);
  expect_refusal(ErrorKind::kConflict,
                 "held by another kennel (process " + std::to_string(::getpid()) + ")");
}

TEST_F(SqliteRecordsTest, RefusesAFileThatAnotherProgramHasLocked) {
  ASSERT_TRUE(open());
  SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE);
  other.exec("PRAGMA locking_mode = EXCLUSIVE");
  other.exec("UPDATE kennel_store SET fences = 0");
  expect_refusal(ErrorKind::kConflict, "another program has locked it");
}

TEST_F(SqliteRecordsTest, BreaksACommitThatAnotherProgramKeepsOut) {
  const auto records = open({.busy_timeout = std::chrono::milliseconds(0)});
  SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  EXPECT_THROW((void)(*records)->commit({{"things", "a", "x", 0}}), StoreError);
  other.exec("ROLLBACK");
  EXPECT_TRUE((*records)->commit({{"things", "a", "x", 0}}));
}

// Holds the writer inside `done` until `release`, so that what is submitted meanwhile waits.
class HeldWriter {
 public:
  explicit HeldWriter(Records& records) {
    records.submit({}, [gates = gates_](const std::exception_ptr&, const base::Result<void>&) {
      gates->held.set_value();
      gates->released.get_future().wait();
    });
    gates_->held.get_future().wait();
  }
  void release() { gates_->released.set_value(); }

 private:
  struct Gates {
    std::promise<void> held;
    std::promise<void> released;
  };
  std::shared_ptr<Gates> gates_ = std::make_shared<Gates>();  // the writer leaves after us
};

TEST_F(SqliteRecordsTest, CommitsWhatWaitsTogether) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 250;
  std::atomic<int> accepted{0};
  const auto records = *open();
  HeldWriter writer(*records);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int commit = 0; commit < kCommits; ++commit) {
        records->submit({{"things", std::to_string(thread * kCommits + commit), "x", 0}},
                        [&](const std::exception_ptr& broken, const base::Result<void>& result) {
                          if (!broken && result) ++accepted;
                        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  writer.release();
  ASSERT_TRUE(records->commit({}));  // behind all others
  EXPECT_EQ(accepted, kThreads * kCommits);
  EXPECT_EQ(records->counts().commits, 1002U);
  EXPECT_LE(records->counts().transactions, 3U);
}

TEST_F(SqliteRecordsTest, LetsARefusedCommitSpoilNothingOfItsGroup) {
  std::vector<bool> accepted;
  const auto records = *open();
  HeldWriter writer(*records);
  const auto note = [&](const std::exception_ptr& broken, const base::Result<void>& result) {
    accepted.push_back(!broken && result);
  };
  records->submit({{"things", "a", "first", 0}}, note);
  records->submit({{"things", "b", "x", 0}, {"things", "a", "second", 0}}, note);
  records->submit({{"things", "a", "third", kAnyVersion}}, note);
  writer.release();
  ASSERT_TRUE(records->commit({}));
  EXPECT_EQ(accepted, (std::vector{true, false, true}));
  EXPECT_EQ(records->find("things", "a")->value, "third");
  EXPECT_EQ(records->find("things", "b"), std::nullopt);
}

TEST_F(SqliteRecordsTest, ThrottlesBeyondItsQueue) {
  std::vector<std::optional<base::Result<void>>> results(3);
  const auto records = *open({.commits_waiting_max = 2});
  HeldWriter writer(*records);
  for (std::size_t commit = 0; commit < 3; ++commit) {
    records->submit({{"things", std::to_string(commit), "x", 0}},
                    [&, commit](const std::exception_ptr&, base::Result<void> result) {
                      results[commit] = std::move(result);
                    });
  }
  ASSERT_TRUE(results[2]);
  ASSERT_FALSE(*results[2]);
  EXPECT_EQ(results[2]->error().kind, ErrorKind::kThrottled);
  writer.release();
  ASSERT_FALSE(records->find("things", "2"));
}

TEST_F(SqliteRecordsTest, ThrottlesBeyondItsQueuesBytes) {
  std::atomic<int> throttled{0};
  const auto records = *open({.bytes_waiting_max = 100});
  HeldWriter writer(*records);
  const auto note = [&](const std::exception_ptr&, const base::Result<void>& result) {
    if (!result && result.error().kind == ErrorKind::kThrottled) ++throttled;
  };
  records->submit({{"things", "a", std::string(1000, 'x'), 0}}, note);  // alone it may
  EXPECT_EQ(throttled, 0);
  records->submit({{"things", "b", "x", 0}}, note);
  EXPECT_EQ(throttled, 1);
  writer.release();
}

TEST_F(SqliteRecordsTest, CommitsWhatWaitsBeforeItIsGone) {
  std::atomic<int> accepted{0};
  auto records = *open();
  HeldWriter writer(*records);
  for (int commit = 0; commit < 50; ++commit) {
    records->submit({{"things", std::to_string(commit), "x", 0}},
                    [&](const std::exception_ptr& broken, const base::Result<void>& result) {
                      if (!broken && result) ++accepted;
                    });
  }
  writer.release();
  records.reset();
  EXPECT_EQ(accepted, 50);
  EXPECT_EQ((*open())->scan("things", {}).size(), 50U);
}

TEST(SqliteSchema, TakesOlderFilesStepByStep) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  ASSERT_TRUE(migrate(database));
  const char* second = "CREATE TABLE second (x)";
  const char* third = "CREATE TABLE third (x)";
  ASSERT_TRUE(migrate(database, std::array{schema_steps()[0], second}));
  ASSERT_TRUE(migrate(database, std::array{schema_steps()[0], second, third}));
  EXPECT_TRUE(database.tableExists("third"));
  EXPECT_EQ(database.execAndGet("SELECT schema FROM kennel_store").getInt(), 3);
}

TEST(SqliteSchema, LeavesNothingOfAStepThatFails) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  ASSERT_TRUE(migrate(database));
  const char* broken = "CREATE TABLE half (x); CREATE TABLE records (x)";
  EXPECT_ANY_THROW((void)migrate(database, std::array{schema_steps()[0], broken}));
  EXPECT_FALSE(database.tableExists("half"));
  EXPECT_TRUE(migrate(database));
}

}  // namespace
}  // namespace kennel::store

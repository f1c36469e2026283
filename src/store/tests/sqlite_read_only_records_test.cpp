#include "store/sqlite_read_only_records.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::store {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;

class SqliteReadOnlyRecordsTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names() const {
    return base::PosixDisk().list(folder_.path());
  }
  void expect_refusal(ErrorKind kind, const std::string& message) const {
    const auto opened = SqliteReadOnlyRecords::open(file_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, kind);
    EXPECT_THAT(opened.error().message, HasSubstr(message));
  }

  base::ScratchFolder folder_;
  base::Path file_ = folder_.path() / "records.db";
};

TEST_F(SqliteReadOnlyRecordsTest, SeesWhatAnotherCommitsBesideIt) {
  const auto writing = SqliteRecords::open(file_).value();
  ASSERT_TRUE(writing->commit({{"things", "a", "one"}, {"things", "b", "two"}}));
  const auto reading = SqliteReadOnlyRecords::open(file_).value();
  EXPECT_EQ(reading->find("things", "a")->value, "one");
  ASSERT_TRUE(writing->commit({{"things", "a", "three"}}));
  EXPECT_EQ(reading->find("things", "a"), writing->find("things", "a"));
  EXPECT_EQ(reading->scan("things", {}), writing->scan("things", {}));
  EXPECT_EQ(reading->find("things", "c"), std::nullopt);
}

TEST_F(SqliteReadOnlyRecordsTest, KeepsNobodyFromWriting) {
  ASSERT_TRUE(SqliteRecords::open(file_));
  const auto reading = SqliteReadOnlyRecords::open(file_).value();
  const auto writing = SqliteRecords::open(file_).value();
  ASSERT_TRUE(writing->commit({{"things", "a", "one"}}));
  EXPECT_EQ(reading->find("things", "a")->value, "one");
}

TEST_F(SqliteReadOnlyRecordsTest, RefusesToWrite) {
  ASSERT_TRUE(SqliteRecords::open(file_));
  const auto reading = SqliteReadOnlyRecords::open(file_).value();
  const auto refused = reading->commit({{"things", "a", "one"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(reading->find("things", "a"), std::nullopt);
}

TEST_F(SqliteReadOnlyRecordsTest, MakesNothingWhereThereIsNothing) {
  expect_refusal(ErrorKind::kNotFound, "there are no records in " + file_.string());
  EXPECT_THAT(names(), ElementsAre());
}

TEST_F(SqliteReadOnlyRecordsTest, LeavesTheFolderAsItWas) {
  ASSERT_TRUE(SqliteRecords::open(file_).value()->commit({{"things", "a", "one"}}));
  const auto before = names();
  EXPECT_EQ(SqliteReadOnlyRecords::open(file_).value()->find("things", "a")->value, "one");
  EXPECT_EQ(names(), before);
}

TEST_F(SqliteReadOnlyRecordsTest, LeavesTheLogOfAKilledProcessToTheNext) {
  const base::ScratchFolder other;
  const auto bytes_of = [](const base::Path& path) {
    return base::read_file(path, base::kMiB).value();
  };
  {
    const auto writing = SqliteRecords::open(other.path() / "records.db").value();
    ASSERT_TRUE(writing->commit({{"things", "a", "one"}}));
    // What lies there now is what a process leaves that is killed now.
    for (const char* name : {"records.db", "records.db-wal"}) {
      std::filesystem::copy(other.path() / name, folder_.path() / name);
    }
  }
  const auto file = bytes_of(file_);
  const auto log = bytes_of(file_.string() + "-wal");
  EXPECT_EQ(SqliteReadOnlyRecords::open(file_).value()->find("things", "a")->value, "one");
  EXPECT_EQ(bytes_of(file_), file);
  EXPECT_EQ(bytes_of(file_.string() + "-wal"), log);
  EXPECT_EQ(SqliteRecords::open(file_).value()->find("things", "a")->value, "one");
}

TEST_F(SqliteReadOnlyRecordsTest, RefusesWhatItDoesNotKnow) {
  SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  expect_refusal(ErrorKind::kNotFound, "nothing was ever written to");
  database.exec("CREATE TABLE photos (name TEXT)");
  expect_refusal(ErrorKind::kConflict, "is a database of another program");
  database.exec("CREATE TABLE kennel_store (schema INTEGER NOT NULL, fences INTEGER NOT NULL)");
  database.exec("INSERT INTO kennel_store VALUES (99, 0)");
  expect_refusal(ErrorKind::kConflict, "was made by a newer kennel");
}

}  // namespace
}  // namespace kennel::store

#include "store/sqlite_schema.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>

namespace kennel::store {
namespace {

// Rows beside an index, not WITHOUT ROWID: records of a kilobyte and more would each take an
// overflow page of their own there (measured with 1.5 KB: twice the file, half the speed).
constexpr const char* kFirstStep = R"(
  CREATE TABLE kennel_store (schema INTEGER NOT NULL, fences INTEGER NOT NULL);
  INSERT INTO kennel_store VALUES (0, 0);
  CREATE TABLE records (
    collection BLOB NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (collection, key));
)";

constexpr std::array kSteps{kFirstStep};

std::size_t schema_version(SQLite::Database& database) {
  if (!database.tableExists("kennel_store")) return 0;
  return static_cast<std::size_t>(
      database.execAndGet("SELECT schema FROM kennel_store").getInt64());
}

base::Result<void> check_version(SQLite::Database& database, std::size_t version,
                                 std::size_t known) {
  if (version > known) {
    return base::fail(base::ErrorKind::kConflict,
                      fmt::format("{} was made by a newer kennel (its schema is version {}, this "
                                  "kennel knows {}): use that one, or another folder",
                                  database.getFilename(), version, known));
  }
  if (version == 0 && database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() != 0) {
    return base::fail(base::ErrorKind::kConflict,
                      fmt::format("{} is a database of another program: use another folder",
                                  database.getFilename()));
  }
  return {};
}

}  // namespace

std::span<const char* const> schema_steps() { return kSteps; }

base::Result<void> migrate(SQLite::Database& database, std::span<const char* const> steps) {
  std::size_t version = schema_version(database);
  KENNEL_TRY_VOID(check_version(database, version, steps.size()));
  for (; version < steps.size(); ++version) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(steps[version]);
    database.exec(fmt::format("UPDATE kennel_store SET schema = {}", version + 1));
    transaction.commit();
  }
  return {};
}

base::Result<void> check_schema(SQLite::Database& database) {
  const std::size_t version = schema_version(database);
  const std::size_t known = schema_steps().size();
  KENNEL_TRY_VOID(check_version(database, version, known));
  if (version == known) return {};
  if (version == 0) {
    return base::fail(base::ErrorKind::kNotFound,
                      fmt::format("nothing was ever written to {}", database.getFilename()));
  }
  return base::fail(base::ErrorKind::kConflict,
                    fmt::format("{} was made by an older kennel (its schema is version {}, this "
                                "kennel has {}): start kennel up on it once",
                                database.getFilename(), version, known));
}

}  // namespace kennel::store

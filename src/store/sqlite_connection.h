// Connections to one SQLite file, each with its statements kept prepared. Behind the room's wall:
// whatever goes wrong here is a SQLite::Exception.
//
// A connection is used by one thread at a time.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "store/change_check.h"
#include "store/commit_queue.h"

namespace kennel::store {

struct SqlitePlace {
  base::Path file;  // absolute: SQLite would read "file:..." as a URI
  std::string vfs;  // empty: the system's own
  std::chrono::milliseconds busy_timeout{0};
  int checkpoint_pages = 1000;
  bool leaves_log = false;  // as it is when the last connection closes, not copied into the file
};

// Not the file: that must be there.
[[nodiscard]] SQLite::Database open_database(const SqlitePlace& place);
// Makes the file's write-ahead log where there is none yet.
[[nodiscard]] SQLite::Database open_for_writing(const SqlitePlace& place);

class SqliteReader {
 public:
  explicit SqliteReader(const SqlitePlace& place);
  [[nodiscard]] std::optional<Record> find(std::string_view collection, std::string_view key);
  [[nodiscard]] std::vector<Record> scan(std::string_view collection, const ScanRange& range);

 private:
  SQLite::Database database_;
  SQLite::Statement find_;
  std::array<SQLite::Statement, 4> scans_;  // to the end of the collection or not, up or down
};

// Dropped in the middle of a transaction, it leaves nothing of it behind.
class SqliteWriter {
 public:
  explicit SqliteWriter(const SqlitePlace& place);
  // One transaction; a result for each commit, in their order. Throws: none of them holds.
  [[nodiscard]] std::vector<base::Result<void>> commit(std::span<const WaitingCommit> group);
  // A transaction that changes a page whatever the records are, so that its frames overwrite those
  // which a failed transaction left in the log.
  void fence();

 private:
  base::Result<void> apply(const Changes& changes);
  [[nodiscard]] std::optional<std::uint64_t> version_of(const Change& change);
  [[nodiscard]] bool has_prefix(const Change& change);
  void put(const Change& change);

  SQLite::Database database_;
  std::uint64_t next_version_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement version_;
  SQLite::Statement first_from_;
  SQLite::Statement put_;
  SQLite::Statement remove_;
  SQLite::Statement fence_;
};

}  // namespace kennel::store

#include "store/sqlite_connection.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/secure_random.h"

namespace kennel::store {
namespace {

// A statement that is not reset holds its snapshot, and the log cannot be emptied past that.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(SQLite::Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.tryReset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  SQLite::Statement& statement_;
};

// A null pointer would be SQL's NULL, not the empty blob. The bytes must outlive the execution.
void bind_bytes(SQLite::Statement& statement, int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  statement.bindNoCopy(index, static_cast<const void*>(data), static_cast<int>(bytes.size()));
}

std::string bytes_at(SQLite::Statement& statement, int column) {
  const SQLite::Column value = statement.getColumn(column);
  const void* data = value.getBlob();
  const auto size = static_cast<std::size_t>(value.getBytes());
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

void run(SQLite::Statement& statement) {
  const ResetAtEnd reset(statement);
  while (statement.executeStep()) {
  }
}

std::string scan_statement(bool bounded, bool descending) {
  return fmt::format(
      "SELECT key, value, version FROM records WHERE collection = ?1 AND key >= ?2{} "
      "ORDER BY key {} LIMIT ?3",
      bounded ? " AND key < ?4" : "", descending ? "DESC" : "ASC");
}

std::size_t scan_index(bool bounded, bool descending) {
  return (bounded ? 2U : 0U) + (descending ? 1U : 0U);
}

// Somewhere in 62 bits: nobody meets a version again that an earlier writer gave.
std::uint64_t first_version() {
  std::uint64_t number = 0;
  const base::Bytes bytes = base::secure_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return 1 + (number >> 2U);
}

}  // namespace

SQLite::Database open_database(const SqlitePlace& place) {
  SQLite::Database database(place.file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                            static_cast<int>(place.busy_timeout.count()), place.vfs);
  const int leaves_log = place.leaves_log ? 1 : 0;
  const int code = sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                                     leaves_log, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception("the log cannot be left as it is", code);
  return database;
}

SQLite::Database open_for_writing(const SqlitePlace& place) {
  SQLite::Database database = open_database(place);
  const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw SQLite::Exception(fmt::format("no write-ahead log, but \"{}\"", mode), 1);
  }
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA journal_size_limit = 16777216");
  database.exec(fmt::format("PRAGMA wal_autocheckpoint = {}", place.checkpoint_pages));
  return database;
}

SqliteReader::SqliteReader(const SqlitePlace& place)
    : database_(open_database(place)),
      find_(database_, "SELECT value, version FROM records WHERE collection = ?1 AND key = ?2"),
      scans_{SQLite::Statement(database_, scan_statement(false, false)),
             SQLite::Statement(database_, scan_statement(false, true)),
             SQLite::Statement(database_, scan_statement(true, false)),
             SQLite::Statement(database_, scan_statement(true, true))} {
  database_.exec("PRAGMA query_only = ON");
}

std::optional<Record> SqliteReader::find(std::string_view collection, std::string_view key) {
  const ResetAtEnd reset(find_);
  bind_bytes(find_, 1, collection);
  bind_bytes(find_, 2, key);
  if (!find_.executeStep()) return std::nullopt;
  return Record{std::string(key), bytes_at(find_, 0),
                static_cast<std::uint64_t>(find_.getColumn(1).getInt64())};
}

std::vector<Record> SqliteReader::scan(std::string_view collection, const ScanRange& range) {
  const KeyBounds bounds = bounds_of(range);
  SQLite::Statement& statement = scans_[scan_index(bounds.end.has_value(), range.descending)];
  const ResetAtEnd reset(statement);
  bind_bytes(statement, 1, collection);
  bind_bytes(statement, 2, bounds.first);
  constexpr std::size_t kLimitMax = std::numeric_limits<std::int64_t>::max();
  statement.bind(3, static_cast<std::int64_t>(std::min(range.limit, kLimitMax)));
  if (bounds.end) bind_bytes(statement, 4, *bounds.end);
  std::vector<Record> records;
  while (statement.executeStep()) {
    records.push_back({bytes_at(statement, 0), bytes_at(statement, 1),
                       static_cast<std::uint64_t>(statement.getColumn(2).getInt64())});
  }
  return records;
}

SqliteWriter::SqliteWriter(const SqlitePlace& place)
    : database_(open_for_writing(place)),
      next_version_(first_version()),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      version_(database_, "SELECT version FROM records WHERE collection = ?1 AND key = ?2"),
      first_from_(
          database_,
          "SELECT key FROM records WHERE collection = ?1 AND key >= ?2 ORDER BY key LIMIT 1"),
      put_(database_,
           "INSERT INTO records (collection, key, value, version) VALUES (?1, ?2, ?3, ?4) "
           "ON CONFLICT (collection, key) DO UPDATE "
           "SET value = excluded.value, version = excluded.version"),
      remove_(database_, "DELETE FROM records WHERE collection = ?1 AND key = ?2"),
      fence_(database_, "UPDATE kennel_store SET fences = fences + 1") {}

std::vector<base::Result<void>> SqliteWriter::commit(std::span<const WaitingCommit> group) {
  std::vector<base::Result<void>> results;
  results.reserve(group.size());
  run(begin_);
  for (const WaitingCommit& waiting : group) results.push_back(apply(waiting.changes));
  run(commit_);
  return results;
}

void SqliteWriter::fence() {
  run(begin_);
  run(fence_);
  run(commit_);
}

base::Result<void> SqliteWriter::apply(const Changes& changes) {
  KENNEL_TRY_VOID(check_expectations(
      changes, [this](const Change& change) { return version_of(change); },
      [this](const Change& change) { return has_prefix(change); }));
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::kWrite) put(change);
  }
  return {};
}

bool SqliteWriter::has_prefix(const Change& change) {
  const ResetAtEnd reset(first_from_);
  bind_bytes(first_from_, 1, change.collection);
  bind_bytes(first_from_, 2, change.key);
  return first_from_.executeStep() && bytes_at(first_from_, 0).starts_with(change.key);
}

std::optional<std::uint64_t> SqliteWriter::version_of(const Change& change) {
  const ResetAtEnd reset(version_);
  bind_bytes(version_, 1, change.collection);
  bind_bytes(version_, 2, change.key);
  if (!version_.executeStep()) return std::nullopt;
  return static_cast<std::uint64_t>(version_.getColumn(0).getInt64());
}

void SqliteWriter::put(const Change& change) {
  SQLite::Statement& statement = change.value ? put_ : remove_;
  bind_bytes(statement, 1, change.collection);
  bind_bytes(statement, 2, change.key);
  if (change.value) {
    bind_bytes(statement, 3, *change.value);
    statement.bind(4, static_cast<std::int64_t>(next_version_++));
  }
  run(statement);
}

}  // namespace kennel::store

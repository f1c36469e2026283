#include "store/sqlite_read_only_records.h"

#include <fmt/format.h>

#include <utility>

#include "store/reader_pool.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_errors.h"
#include "store/sqlite_schema.h"

namespace kennel::store {
namespace {

using base::Result;

// SQLite's own way of opening for reading only would leave an empty log behind where there was
// none; a connection that may write removes it again, as long as nobody else came meanwhile. A log
// that a killed process left stays for the next one that writes.
SqlitePlace to_place(base::Path file, const SqliteOptions& options) {
  std::error_code error;
  const bool has_log = std::filesystem::exists(file.string() + "-wal", error);
  return {.file = std::move(file),
          .vfs = options.vfs,
          .busy_timeout = options.busy_timeout,
          .leaves_log = has_log};
}

Result<void> check_place(const SqlitePlace& place) {
  SQLite::Database database = open_database(place);
  return check_schema(database);
}

}  // namespace

struct SqliteReadOnlyRecords::Parts {
  Parts(SqlitePlace at, int count) : place(std::move(at)), readers(place, count) {}

  template <class Work>
  auto read(Work work) {
    try {
      return readers.with_reader(std::move(work));
    } catch (const SQLite::Exception& error) {
      throw StoreError(describe(place.file, error));
    }
  }

  SqlitePlace place;
  ReaderPool readers;
};

Result<std::unique_ptr<SqliteReadOnlyRecords>> SqliteReadOnlyRecords::open(base::Path file,
                                                                           SqliteOptions options) {
  base::check(options.readers > 0, "records without a reader");
  file = std::filesystem::absolute(file);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return base::fail(base::ErrorKind::kNotFound,
                      fmt::format("there are no records in {}", file.string()));
  }
  SqlitePlace place = to_place(file, options);
  try {
    KENNEL_TRY_VOID(check_place(place));
    auto parts = std::make_unique<Parts>(std::move(place), options.readers);
    return std::unique_ptr<SqliteReadOnlyRecords>(new SqliteReadOnlyRecords(std::move(parts)));
  } catch (const SQLite::Exception& failure) {
    KENNEL_TRY_VOID(to_open_error(file, failure));
    throw;
  }
}

SqliteReadOnlyRecords::SqliteReadOnlyRecords(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

SqliteReadOnlyRecords::~SqliteReadOnlyRecords() = default;

std::optional<Record> SqliteReadOnlyRecords::find(std::string_view collection,
                                                  std::string_view key) const {
  return parts_->read([&](SqliteReader& reader) { return reader.find(collection, key); });
}

std::vector<Record> SqliteReadOnlyRecords::scan(std::string_view collection,
                                                const ScanRange& range) const {
  return parts_->read([&](SqliteReader& reader) { return reader.scan(collection, range); });
}

void SqliteReadOnlyRecords::submit(Changes, Done done) {
  done(nullptr, base::fail(base::ErrorKind::kInvalid,
                           fmt::format("the records in {} were opened for reading only",
                                       parts_->place.file.string())));
}

}  // namespace kennel::store

#include "store/sqlite_errors.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/records.h"

namespace kennel::store {

std::string describe(const base::Path& file, const std::exception& error) {
  const auto* of_sqlite = dynamic_cast<const SQLite::Exception*>(&error);
  if (of_sqlite == nullptr) return fmt::format("{}: {}", file.string(), error.what());
  const int code = of_sqlite->getErrorCode();
  const char* advice = code == SQLITE_FULL   ? "; free some space there and try again"
                       : code == SQLITE_BUSY ? "; another program has locked it: close that first"
                                             : "";
  return fmt::format("{}: {} (SQLite code {}){}", file.string(), error.what(),
                     of_sqlite->getExtendedErrorCode(), advice);
}

base::Result<void> to_open_error(const base::Path& file, const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return base::fail(base::ErrorKind::kCorrupt,
                        fmt::format("{} is not a database of kennel's, or a damaged one: {}",
                                    file.string(), error.what()));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::fail(base::ErrorKind::kConflict, describe(file, error));
    case SQLITE_IOERR:
    case SQLITE_FULL:
      throw StoreError(describe(file, error));
    default:
      return base::fail(base::ErrorKind::kInvalid,
                        "cannot open the records in " + describe(file, error));
  }
}

}  // namespace kennel::store

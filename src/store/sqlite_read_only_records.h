// The records of an SQLite file, to be read only: beside a process that writes them, or where none
// does. Takes no lock, makes nothing, mends nothing, and leaves the folder as it was.
//
// Every call is safe from several threads. A read sees every commit that was acknowledged before,
// by whatever process.
#pragma once

#include <memory>

#include "store/sqlite_records.h"

namespace kennel::store {

class SqliteReadOnlyRecords final : public Records {
 public:
  // Of the options, what concerns reading. kNotFound: there is no such file, or nothing was ever
  // written to it; kConflict: made by another version of kennel, or locked by another program;
  // kCorrupt: not a database; kInvalid: it cannot be opened.
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteReadOnlyRecords>> open(
      base::Path file, SqliteOptions options = {});
  ~SqliteReadOnlyRecords() override;

  [[nodiscard]] std::optional<Record> find(std::string_view collection,
                                           std::string_view key) const override;
  [[nodiscard]] std::vector<Record> scan(std::string_view collection,
                                         const ScanRange& range) const override;
  // Refuses with kInvalid.
  void submit(Changes changes, Done done) override;

 private:
  struct Parts;
  explicit SqliteReadOnlyRecords(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kennel::store

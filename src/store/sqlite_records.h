// Records in one SQLite file, with a write-ahead log and an fsync for every acknowledgement.
//
// One thread writes: it takes all commits that wait, checks and applies them one after the other in
// one transaction, and acknowledges them together once that is on disk. A few read connections
// serve `find` and `scan`, which may run on any thread and wait for a free one.
//
//   submit -> [queue] -> writer: BEGIN  check, apply  check, apply ...  COMMIT -> done, done ...
//                                  \ a refused commit touches nothing   \ failed: StoreError for
//                                  all
//
// After a failed COMMIT the writer opens a new connection and commits a fence of its own, which
// overwrites what the failed one left in the log; until that succeeds, commits are StoreErrors.
// A failed fsync is never tried again as if its pages were still there to be written.
//
// One process at a time: the file "<file>.lock" is held while the store is open.
#pragma once

#include <chrono>
#include <memory>

#include "base/disk.h"
#include "store/records.h"

namespace kennel::store {

struct SqliteOptions {
  std::size_t commits_waiting_max = 10'000;
  std::size_t bytes_waiting_max = 64 * base::kMiB;  // one commit alone may be larger
  int readers = 4;
  int checkpoint_pages = 1000;  // the log is copied into the file once it has as many
  std::chrono::milliseconds busy_timeout{2000};  // for a lock that another program holds
  std::string vfs;                               // a registered SQLite VFS; empty: the system's own
};

// Since the store was opened.
struct SqliteCounts {
  std::uint64_t commits = 0;       // acknowledged
  std::uint64_t transactions = 0;  // that held them: one fsync each
  std::uint64_t broken = 0;        // commits that ended in a StoreError
};

class SqliteRecords final : public Records {
 public:
  // Makes the file where it is missing, its folder not. kNotFound: no such folder; kConflict: in
  // use by another process, or made by a newer kennel; kCorrupt: not a database; kInvalid: it
  // cannot be opened or written.
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteRecords>> open(
      base::Path file, SqliteOptions options = {});
  // Commits what is waiting.
  ~SqliteRecords() override;

  [[nodiscard]] std::optional<Record> find(std::string_view collection,
                                           std::string_view key) const override;
  [[nodiscard]] std::vector<Record> scan(std::string_view collection,
                                         const ScanRange& range) const override;
  void submit(Changes changes, Done done) override;

  [[nodiscard]] SqliteCounts counts() const;

 private:
  struct Parts;
  explicit SqliteRecords(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kennel::store

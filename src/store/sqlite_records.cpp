#include "store/sqlite_records.h"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "store/commit_queue.h"
#include "store/process_lock.h"
#include "store/reader_pool.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_errors.h"
#include "store/sqlite_schema.h"

namespace kennel::store {
namespace {

// Thrown rather than copied into place: copies of an exception share its text, and the waiting
// thread is to have it alone.
std::exception_ptr make_store_error(const std::string& reason) {
  try {
    throw StoreError(reason);
  } catch (const StoreError&) {
    return std::current_exception();
  }
}

base::Result<void> check_folder(const base::Path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file.parent_path(), error)) return {};
  return base::fail(base::ErrorKind::kNotFound,
                    fmt::format("cannot keep records in {}: there is no folder {}", file.string(),
                                file.parent_path().string()));
}

// SQLite would let the whole machine read it.
base::Result<void> make_private_file(const base::Path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
  }
  ::close(descriptor);
  return {};
}

base::Result<void> prepare(const SqlitePlace& place) {
  try {
    SQLite::Database database = open_for_writing(place);
    return migrate(database);
  } catch (const SQLite::Exception& error) {
    return to_open_error(place.file, error);
  }
}

}  // namespace

struct SqliteRecords::Parts {
  Parts(ProcessLock held_lock, SqlitePlace at, const SqliteOptions& options)
      : lock(std::move(held_lock)),
        place(std::move(at)),
        readers(place, options.readers),
        queue(options.commits_waiting_max, options.bytes_waiting_max),
        writer(std::make_unique<SqliteWriter>(place)),
        writing([this] { write_until_closed(); }) {}

  ~Parts() {
    queue.close();
    writing.join();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void write_until_closed();
  void commit_together(std::vector<WaitingCommit> group);
  // noexcept: a `done` that throws ends the process, and never undoes what is committed.
  void acknowledge(std::vector<WaitingCommit>& group,
                   std::vector<base::Result<void>> results) noexcept;
  void renew_writer();
  template <class Work>
  auto read(Work work);

  ProcessLock lock;
  SqlitePlace place;
  // The readers stay open while the store is, and with them the log's index: what a failed
  // transaction left in the log is outside of it, and is never taken for a commit.
  ReaderPool readers;
  CommitQueue queue;
  std::unique_ptr<SqliteWriter> writer;  // of the writing thread; null after a failure
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> transactions{0};
  std::atomic<std::uint64_t> broken{0};
  std::thread writing;  // the last: it uses all of the above
};

void SqliteRecords::Parts::write_until_closed() {
  while (true) {
    std::vector<WaitingCommit> group = queue.take_all();
    if (group.empty()) return;
    commit_together(std::move(group));
  }
}

void SqliteRecords::Parts::renew_writer() {
  writer.reset();
  auto fresh = std::make_unique<SqliteWriter>(place);
  fresh->fence();
  writer = std::move(fresh);
}

void SqliteRecords::Parts::commit_together(std::vector<WaitingCommit> group) {
  try {
    if (!writer) renew_writer();
    std::vector<base::Result<void>> results = writer->commit(group);
    acknowledge(group, std::move(results));
  } catch (const std::exception& error) {
    const std::string failure = describe(place.file, error);
    try {
      renew_writer();
    } catch (const std::exception&) {
      // Still broken; the next group tries again, and says so to its own.
    }
    broken += group.size();
    for (WaitingCommit& waiting : group) {
      waiting.done(make_store_error(failure), {});
    }
  }
}

void SqliteRecords::Parts::acknowledge(std::vector<WaitingCommit>& group,
                                       std::vector<base::Result<void>> results) noexcept {
  const auto accepted = std::ranges::count_if(
      results, [](const base::Result<void>& result) { return result.has_value(); });
  commits += static_cast<std::uint64_t>(accepted);
  transactions += accepted > 0 ? 1 : 0;
  for (std::size_t index = 0; index < group.size(); ++index) {
    group[index].done(nullptr, std::move(results[index]));
  }
}

template <class Work>
auto SqliteRecords::Parts::read(Work work) {
  try {
    return readers.with_reader(std::move(work));
  } catch (const SQLite::Exception& error) {
    throw StoreError(describe(place.file, error));
  }
}

base::Result<std::unique_ptr<SqliteRecords>> SqliteRecords::open(base::Path file,
                                                                 SqliteOptions options) {
  base::check(options.readers > 0, "records without a reader");
  file = std::filesystem::absolute(file);
  KENNEL_TRY_VOID(check_folder(file));
  KENNEL_TRY(ProcessLock lock, ProcessLock::take(file.string() + ".lock"));
  KENNEL_TRY_VOID(make_private_file(file));
  SqlitePlace place{file, options.vfs, options.busy_timeout, options.checkpoint_pages};
  KENNEL_TRY_VOID(prepare(place));
  try {
    auto parts = std::make_unique<Parts>(std::move(lock), std::move(place), options);
    return std::unique_ptr<SqliteRecords>(new SqliteRecords(std::move(parts)));
  } catch (const SQLite::Exception& error) {
    KENNEL_TRY_VOID(to_open_error(file, error));
    throw;
  }
}

SqliteRecords::SqliteRecords(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteRecords::~SqliteRecords() = default;

std::optional<Record> SqliteRecords::find(std::string_view collection, std::string_view key) const {
  return parts_->read([&](SqliteReader& reader) { return reader.find(collection, key); });
}

std::vector<Record> SqliteRecords::scan(std::string_view collection, const ScanRange& range) const {
  return parts_->read([&](SqliteReader& reader) { return reader.scan(collection, range); });
}

void SqliteRecords::submit(Changes changes, Done done) {
  if (base::Result<void> fits = check_sizes(changes); !fits) {
    done(nullptr, std::move(fits));
    return;
  }
  WaitingCommit commit{std::move(changes), std::move(done)};
  if (parts_->queue.push(commit)) return;
  commit.done(nullptr, base::fail(base::ErrorKind::kThrottled,
                                  "too many changes are waiting for the disk: try again later"));
}

SqliteCounts SqliteRecords::counts() const {
  return {parts_->commits, parts_->transactions, parts_->broken};
}

}  // namespace kennel::store

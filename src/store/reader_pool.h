// The connections for reading, each lent to one thread at a time; who comes when all are lent
// waits. Every call is safe from several threads; the pool outlives its loans.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "store/sqlite_connection.h"

namespace kennel::store {

class ReaderPool {
 public:
  ReaderPool(const SqlitePlace& place, int count) {
    for (int made = 0; made < count; ++made) {
      idle_.push_back(std::make_unique<SqliteReader>(place));
    }
  }

  template <class Work>
  auto with_reader(Work work) {
    Lease lease(*this);
    return work(*lease.reader);
  }

 private:
  struct Lease {
    explicit Lease(ReaderPool& from) : pool(from), reader(from.take()) {}
    ~Lease() { pool.give_back(std::move(reader)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ReaderPool& pool;
    std::unique_ptr<SqliteReader> reader;
  };

  std::unique_ptr<SqliteReader> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty(); });
    std::unique_ptr<SqliteReader> reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }

  void give_back(std::unique_ptr<SqliteReader> reader) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(reader));
    }
    returned_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<SqliteReader>> idle_;  // guarded by mutex_
};

}  // namespace kennel::store

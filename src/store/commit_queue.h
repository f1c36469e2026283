// The commits that wait for the writer: bounded in number and in bytes. Every call is safe from
// several threads.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "store/records.h"

namespace kennel::store {

struct WaitingCommit {
  Changes changes;
  Records::Done done;
};

class CommitQueue {
 public:
  CommitQueue(std::size_t commits_max, std::size_t bytes_max)
      : commits_max_(commits_max), bytes_max_(bytes_max) {}

  // Takes `commit`, or leaves it untouched where the queue is full (false). A commit larger than
  // the whole queue goes in alone.
  [[nodiscard]] bool push(WaitingCommit& commit);
  // Waits for at least one; empty: closed, and all were taken.
  [[nodiscard]] std::vector<WaitingCommit> take_all();
  void close();

 private:
  const std::size_t commits_max_;
  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<WaitingCommit> waiting_;  // these three guarded by mutex_
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace kennel::store

#include "store/commit_queue.h"

#include <utility>

namespace kennel::store {
namespace {

std::size_t bytes_of(const Changes& changes) {
  std::size_t bytes = 0;
  for (const Change& change : changes) {
    bytes += change.collection.size() + change.key.size();
    if (change.value) bytes += change.value->size();
  }
  return bytes;
}

}  // namespace

bool CommitQueue::push(WaitingCommit& commit) {
  const std::size_t bytes = bytes_of(commit.changes);
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= commits_max_) return false;
    if (!waiting_.empty() && bytes_ + bytes > bytes_max_) return false;
    bytes_ += bytes;
    waiting_.push_back(std::move(commit));
  }
  filled_.notify_one();
  return true;
}

std::vector<WaitingCommit> CommitQueue::take_all() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  bytes_ = 0;
  return std::exchange(waiting_, {});
}

void CommitQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

}  // namespace kennel::store

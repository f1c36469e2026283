#include "aio/pool.h"

#include <utility>

#include "base/error.h"

namespace kennel::aio {

Pool::Pool(int threads, std::size_t queue_max) : queue_max_(queue_max) {
  base::check(threads > 0, "a pool has threads");
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool Pool::queue(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || queued_.size() >= queue_max_) return false;
  queued_.push_back(std::move(work));
  return true;
}

void Pool::stop() {
  std::deque<std::function<void()>> forgotten;  // dropped without the lock
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    queued_.swap(forgotten);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !queued_.empty(); });
    --idle_;
    if (stopped_) return;
    std::function<void()> work = std::move(queued_.front());
    queued_.pop_front();
    const bool more = !queued_.empty() && idle_ > 0;
    lock.unlock();
    if (more) wake();  // each wakes the next: many short pieces of work wake few threads
    work();
    work = nullptr;  // what it holds goes before the lock comes back
    lock.lock();
  }
}

}  // namespace kennel::aio

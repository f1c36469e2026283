#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace kennel::base {
namespace {

// Hands out the items; shared by all workers of one call.
class WorkList {
 public:
  WorkList(std::size_t count, const std::function<void(std::size_t, int)>& work)
      : count_(count), work_(work) {}

  void run(int worker) noexcept {
    try {
      for (std::size_t index = next_++; index < count_; index = next_++) work_(index, worker);
    } catch (...) {
      next_ = count_;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::size_t count_;
  const std::function<void(std::size_t, int)>& work_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void parallel_for(std::size_t count, int threads,
                  const std::function<void(std::size_t, int)>& work) {
  WorkList list(count, work);
  const auto workers = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), 1,
                                               std::max<std::size_t>(count, 1));
  {
    std::vector<std::jthread> pool;
    for (std::size_t worker = 1; worker < workers; ++worker) {
      pool.emplace_back([&list, worker] { list.run(static_cast<int>(worker)); });
    }
    list.run(0);
  }
  list.rethrow();
}

}  // namespace kennel::base

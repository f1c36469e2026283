// A fixed number of threads behind a queue that has an end.
//
// `queue` and `wake` are safe from any thread, `stop` from one. Work must not throw.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kennel::aio {

class Pool {
 public:
  Pool(int threads, std::size_t queue_max);
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False when the queue is full, or after `stop`. The work is begun by a thread that is busy now,
  // or after `wake`.
  [[nodiscard]] bool queue(std::function<void()> work);
  // After one or more of `queue`.
  void wake() { changed_.notify_one(); }
  // Lets what runs end, forgets what is queued.
  void stop();

 private:
  void run();

  std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queued_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kennel::aio

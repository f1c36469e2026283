// The threads of a server: one loop thread that waits for sockets and timers, and a bounded pool
// for whatever computes or blocks.
//
// Every call is safe from any thread. A Runtime lives longer than whatever its tasks use: what
// still waits when it ends is dropped where it stands, and work that is queued is never begun.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "aio/task.h"
#include "base/error.h"

namespace kennel::aio {

struct RuntimeOptions {
  int pool_threads = 8;
  std::size_t pool_queue_max = 1024;  // beyond it `on_pool` refuses with kThrottled
};

class Runtime {
 public:
  explicit Runtime(RuntimeOptions options = {});
  ~Runtime();  // stops the loop and joins all threads
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // For the wall's own users (room http).
  [[nodiscard]] boost::asio::io_context& loop();

  // Starts a task on the loop thread; an exception out of it ends the process with its message.
  void spawn(std::function<Task<>()> make);
  // Queues work on the pool; false when the queue is full.
  [[nodiscard]] bool post_to_pool(std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kennel::aio

#include "aio/runtime.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "aio/pool.h"

namespace kennel::aio {

namespace {

void end_if_broken(const std::exception_ptr& broken) {
  if (!broken) return;
  try {
    std::rethrow_exception(broken);
  } catch (const std::exception& error) {
    base::check(false, std::string("an exception left a task: ") + error.what());
  }
}

}  // namespace

struct Runtime::State {
  explicit State(const RuntimeOptions& options)
      : pool(options.pool_threads, options.pool_queue_max), loop_thread([this] { loop.run(); }) {}

  // The order counts: nobody runs any more when the loop drops the coroutines that still wait.
  ~State() {
    loop.stop();
    loop_thread.join();
    pool.stop();
  }

  // What the loop queues in one go wakes the pool once: a thread for each would take turns with
  // the loop's own.
  void wake_pool() {
    if (!loop.get_executor().running_in_this_thread()) return pool.wake();
    if (std::exchange(waking_pool, true)) return;
    boost::asio::post(loop, [this] {
      waking_pool = false;
      pool.wake();
    });
  }

  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{
      loop.get_executor()};
  Pool pool;
  bool waking_pool = false;  // of the loop thread
  std::thread loop_thread;
};

Runtime::Runtime(RuntimeOptions options) : state_(std::make_unique<State>(options)) {}

Runtime::~Runtime() = default;

boost::asio::io_context& Runtime::loop() { return state_->loop; }

void Runtime::spawn(std::function<Task<>()> make) {
  boost::asio::co_spawn(state_->loop, std::move(make), end_if_broken);
}

bool Runtime::post_to_pool(std::function<void()> work) {
  if (!state_->pool.queue(std::move(work))) return false;
  state_->wake_pool();
  return true;
}

}  // namespace kennel::aio

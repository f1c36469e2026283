// Work that computes or blocks, away from the loop thread.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "aio/runtime.h"
#include "aio/signal.h"
#include "aio/task.h"
#include "base/error.h"

namespace kennel::aio {

// Runs `work`, a function without arguments that gives a base::Result, on the pool; goes on with
// what it gave on the loop thread. kThrottled: the queue was full, and `work` never ran. What
// `work` throws comes out here. It may refer to the awaiting coroutine's locals.
template <class F>
[[nodiscard]] Task<std::invoke_result_t<F&>> on_pool(Runtime& runtime, F work) {
  struct Outcome {
    std::optional<std::invoke_result_t<F&>> value;
    std::exception_ptr broken;
  };
  const auto outcome = std::make_shared<Outcome>();
  const auto job = std::make_shared<std::optional<F>>(std::move(work));
  Signal signal(co_await boost::asio::this_coro::executor);
  const bool queued = runtime.post_to_pool([job, outcome, notifier = signal.notifier()] {
    try {
      outcome->value.emplace((**job)());
    } catch (...) {
      outcome->broken = std::current_exception();
    }
    job->reset();  // what the work holds goes before anybody takes it for done
    notifier.notify();
  });
  if (!queued) {
    co_return base::fail(base::ErrorKind::kThrottled,
                         "too much is waiting to be worked on; try again in a moment");
  }
  Task<> waiting = signal.wait();
  co_await std::move(waiting);
  if (outcome->broken) std::rethrow_exception(outcome->broken);
  co_return *std::move(outcome->value);
}

}  // namespace kennel::aio

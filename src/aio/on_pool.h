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

// Work on the pool that was begun, while its coroutine goes on. It may be dropped without having
// been waited for, and then runs to its end all the same: what it refers to must live as long.
template <class T>
class Started {
 public:
  // What the work gave, or throws what it threw. Once.
  [[nodiscard]] Task<T> result() {
    Task<> waiting = signal_->wait();
    co_await std::move(waiting);
    // Taken out, so that it goes here and not with the pool's share of the outcome: who reads it
    // and who lets it go are one thread.
    if (outcome_->broken) std::rethrow_exception(std::exchange(outcome_->broken, nullptr));
    co_return *std::move(outcome_->value);
  }

 private:
  template <class F>
  friend Task<Started<std::invoke_result_t<F&>>> start_on_pool(Runtime& runtime, F work);

  struct Outcome {
    std::optional<T> value;
    std::exception_ptr broken;
  };
  std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
  std::unique_ptr<Signal> signal_;
};

// Begins `work`, a function without arguments that gives a base::Result. Where the queue is full
// the result is kThrottled, and `work` never runs.
template <class F>
[[nodiscard]] Task<Started<std::invoke_result_t<F&>>> start_on_pool(Runtime& runtime, F work) {
  using T = std::invoke_result_t<F&>;
  Started<T> started;
  started.signal_ = std::make_unique<Signal>(co_await boost::asio::this_coro::executor);
  const auto job = std::make_shared<std::optional<F>>(std::move(work));
  const bool queued = runtime.post_to_pool(
      [job, outcome = started.outcome_, notifier = started.signal_->notifier()] {
        try {
          outcome->value.emplace((**job)());
        } catch (...) {
          outcome->broken = std::current_exception();
        }
        job->reset();  // what the work holds goes before anybody takes it for done
        notifier.notify();
      });
  if (!queued) {
    started.outcome_->value.emplace(base::fail(
        base::ErrorKind::kThrottled, "too much is waiting to be worked on; try again in a moment"));
    started.signal_->notifier().notify();
  }
  co_return started;
}

// Runs `work`, a function without arguments that gives a base::Result, on the pool; goes on with
// what it gave on the loop thread. kThrottled: the queue was full, and `work` never ran. What
// `work` throws comes out here. It may refer to the awaiting coroutine's locals.
template <class F>
[[nodiscard]] Task<std::invoke_result_t<F&>> on_pool(Runtime& runtime, F work) {
  auto starting = start_on_pool(runtime, std::move(work));
  auto started = co_await std::move(starting);
  auto waiting = started.result();
  co_return co_await std::move(waiting);
}

}  // namespace kennel::aio

// From a callback that fires once, on any thread, to a coroutine on the loop thread.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "aio/signal.h"
#include "aio/task.h"

namespace kennel::aio {

// Calls `start` at once, on the loop thread, with what is to be called once; its value is what the
// coroutine goes on with. The callback may fire within `start`, and may outlive the Runtime.
template <class T>
[[nodiscard]] Task<T> wait_for_callback(std::function<void(std::function<void(T)> done)> start) {
  const auto value = std::make_shared<std::optional<T>>();
  Signal signal(co_await boost::asio::this_coro::executor);
  start([value, notifier = signal.notifier()](T result) {
    value->emplace(std::move(result));
    notifier.notify();
  });
  Task<> waiting = signal.wait();
  co_await std::move(waiting);
  co_return *std::move(*value);
}

}  // namespace kennel::aio

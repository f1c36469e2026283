// A moment after which something is cut short, cheap to move: a connection has one and moves it
// with every request.
//
// Loop thread only. A Deadline may go at any time, also out of its own `on_passed`.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "aio/task.h"

namespace kennel::aio {

class Deadline {
 public:
  // `on_passed` closes or cancels whatever waits; it comes on the loop thread, once for each
  // moment that was set and passed.
  Deadline(const boost::asio::any_io_executor& loop, std::function<void()> on_passed);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(std::chrono::nanoseconds from_now);
  void clear();
  // Since the last `set`.
  [[nodiscard]] bool passed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

[[nodiscard]] Task<> sleep_for(std::chrono::nanoseconds duration);

}  // namespace kennel::aio

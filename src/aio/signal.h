// Wakes one coroutine on the loop thread from any thread, once.
//
// The coroutine holds the Signal in its frame and awaits `wait`; everyone else holds a Notifier,
// which may outlive both the coroutine and the Runtime: it then wakes nobody.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "aio/task.h"

namespace kennel::aio {

class Signal {
  struct State;

 public:
  class Notifier {
   public:
    // Any thread; what was written before it is visible to the coroutine after its `wait`.
    void notify() const;

   private:
    friend class Signal;
    explicit Notifier(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
  };

  explicit Signal(const boost::asio::any_io_executor& loop);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  [[nodiscard]] Notifier notifier() const { return Notifier(state_); }
  // Loop thread, by one coroutine. Returns at once when it was notified already.
  [[nodiscard]] Task<> wait();

 private:
  std::shared_ptr<State> state_;
};

}  // namespace kennel::aio

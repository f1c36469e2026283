#include "aio/signal.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>

namespace kennel::aio {

// A timer that never ends by itself is what the coroutine waits for. The loop owns that wait, not
// the Notifier: a loop that ends can so drop the coroutine while a Notifier is still about.
struct Signal::State {
  explicit State(const boost::asio::any_io_executor& executor)
      : loop(executor),
        timer(std::in_place, executor, boost::asio::steady_timer::time_point::max()) {}

  boost::asio::any_io_executor loop;
  std::mutex mutex;
  bool notified = false;
  std::optional<boost::asio::steady_timer> timer;  // absent: the coroutine is gone
};

Signal::Signal(const boost::asio::any_io_executor& loop) : state_(std::make_shared<State>(loop)) {}

Signal::~Signal() {
  const std::lock_guard lock(state_->mutex);
  state_->timer.reset();
}

void Signal::Notifier::notify() const {
  const std::lock_guard lock(state_->mutex);
  state_->notified = true;
  if (!state_->timer) return;
  boost::asio::post(state_->loop, [state = state_] {
    const std::lock_guard inner(state->mutex);
    if (state->timer) state->timer->cancel();
  });
}

Task<> Signal::wait() {
  const std::shared_ptr<State> state = state_;
  while (true) {
    {
      const std::lock_guard lock(state->mutex);
      if (state->notified) co_return;
    }
    boost::system::error_code cancelled;
    auto waiting = state->timer->async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    co_await std::move(waiting);
  }
}

}  // namespace kennel::aio

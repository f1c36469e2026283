#include "aio/deadline.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kennel::aio {

using Clock = std::chrono::steady_clock;
constexpr auto kNever = Clock::time_point::max();

// The timer is armed for the earliest moment that was asked for and not for each: where the
// deadline moved away meanwhile, the timer finds out when it fires, and is armed again.
struct Deadline::State : std::enable_shared_from_this<Deadline::State> {
  State(const boost::asio::any_io_executor& loop, std::function<void()> action)
      : timer(loop), on_passed(std::move(action)) {}

  void arm(Clock::time_point moment) {
    armed_for = moment;
    timer.expires_at(moment);  // cancels the wait before
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled) self->fire();
    });
  }

  void fire() {
    armed_for = kNever;
    if (at == kNever || gone) return;
    if (Clock::now() < at) return arm(at);
    at = kNever;
    passed = true;
    on_passed();
  }

  boost::asio::steady_timer timer;
  std::function<void()> on_passed;
  Clock::time_point at = kNever;
  Clock::time_point armed_for = kNever;
  bool passed = false;
  bool gone = false;
};

Deadline::Deadline(const boost::asio::any_io_executor& loop, std::function<void()> on_passed)
    : state_(std::make_shared<State>(loop, std::move(on_passed))) {}

Deadline::~Deadline() {
  state_->gone = true;
  state_->timer.cancel();
}

void Deadline::set(std::chrono::nanoseconds from_now) {
  constexpr std::chrono::nanoseconds kFarthest = std::chrono::hours(24 * 365);
  state_->at = Clock::now() + std::min(from_now, kFarthest);
  state_->passed = false;
  if (state_->at < state_->armed_for) state_->arm(state_->at);
}

void Deadline::clear() { state_->at = kNever; }

bool Deadline::passed() const { return state_->passed; }

Task<> sleep_for(std::chrono::nanoseconds duration) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(duration);
  boost::system::error_code cancelled;
  auto waiting =
      timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  co_await std::move(waiting);
}

}  // namespace kennel::aio

#include "aio/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

namespace kennel::aio {

struct Loop::State {
  boost::asio::io_context context{1};
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() = default;

void Loop::spawn(std::function<Task<>()> make) {
  boost::asio::co_spawn(state_->context, std::move(make), [](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);
  });
}

void Loop::run() {
  state_->context.restart();
  state_->context.run();
}

void Loop::stop() { state_->context.stop(); }

}  // namespace kennel::aio

// How a server's process hears that it is to end.
#pragma once

#include <chrono>
#include <functional>

namespace kennel::apps {

// Before any thread is made: all of them then leave SIGINT and SIGTERM to `wait_for_end`. A broken
// pipe is an error of a write from now on.
void hold_signals();

// Blocks until one of them comes; calls `meanwhile` once each `period`.
void wait_for_end(std::chrono::seconds period, const std::function<void()>& meanwhile);

// Who asks twice does not want to wait.
void let_a_second_signal_end_us();

// A connection is a descriptor, and many systems give a process 1,024 of them at first.
void raise_descriptor_limit();

}  // namespace kennel::apps

// A loop on the thread that runs it: for a program that waits for sockets and timers and needs no
// other threads.
//
// One thread. What its tasks use lives longer than the Loop: what still waits when it ends is
// dropped where it stands.
#pragma once

#include <functional>
#include <memory>

#include "aio/task.h"

namespace kennel::aio {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Begins a task once the loop runs; a running task may do so too.
  void spawn(std::function<Task<>()> make);
  // Until nothing waits any more, or `stop`; it may run again. An exception out of a task comes out
  // here.
  void run();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kennel::aio

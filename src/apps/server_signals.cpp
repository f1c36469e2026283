#include "apps/server_signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/error.h"

namespace kennel::apps {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void hold_signals() {
  const sigset_t signals = ending_signals();
  base::check(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0, "signals can be blocked");
  base::check(::signal(SIGPIPE, SIG_IGN) != SIG_ERR, "a broken pipe can be ignored");
}

void wait_for_end(std::chrono::seconds period, const std::function<void()>& meanwhile) {
  const sigset_t signals = ending_signals();
  const timespec pause{.tv_sec = period.count(), .tv_nsec = 0};
  while (sigtimedwait(&signals, nullptr, &pause) < 0) meanwhile();
}

void let_a_second_signal_end_us() {
  const sigset_t signals = ending_signals();
  base::check(::signal(SIGINT, SIG_DFL) != SIG_ERR && ::signal(SIGTERM, SIG_DFL) != SIG_ERR,
              "signals have a default");
  base::check(pthread_sigmask(SIG_UNBLOCK, &signals, nullptr) == 0, "signals can be let through");
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace kennel::apps

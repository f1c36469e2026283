#include "compute/sandbox/guard.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace kennel::compute {
namespace {

constexpr int kKilled = 128 + SIGKILL;

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Those whose parent has ended have become our own: so in the end all of them are children.
void kill_children() {
  FILE* children = std::fopen("/proc/thread-self/children", "re");
  if (children == nullptr) {
    (void)::kill(0, SIGKILL);  // at least our group, and us
    std::_Exit(kKilled);
  }
  for (int child = 0; std::fscanf(children, "%d", &child) == 1;) (void)::kill(child, SIGKILL);
  (void)std::fclose(children);
}

[[noreturn]] void end(int code) {
  for (;;) {
    kill_children();
    if (::waitpid(-1, nullptr, 0) < 0) std::_Exit(code);  // there are none
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

void reap(pid_t instance) {
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended == instance) end(code_of(status));
  }
}

[[noreturn]] void watch(pid_t instance, const sigset_t& signals) {
  for (;;) {
    const int number = ::sigwaitinfo(&signals, nullptr);
    if (number == SIGTERM) (void)::kill(instance, SIGTERM);
    if (number == SIGCHLD) reap(instance);
    if (number == kEndsInstance) end(kKilled);
  }
}

}  // namespace

bool leave_guard(int server) {
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGCHLD, kEndsInstance}) sigaddset(&signals, number);
  if (::sigprocmask(SIG_BLOCK, &signals, &before) != 0) return false;
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || ::prctl(PR_SET_PDEATHSIG, kEndsInstance) != 0) {
    return false;
  }
  if (::getppid() != server) std::_Exit(kKilled);  // it has gone meanwhile
  const pid_t instance = ::fork();
  if (instance < 0) return false;
  if (instance > 0) watch(instance, signals);
  // A group of its own: what it sends to its group is not for the guard.
  return ::setpgid(0, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
         ::sigprocmask(SIG_SETMASK, &before, nullptr) == 0;
}

}  // namespace kennel::compute

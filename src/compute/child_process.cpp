#include "compute/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "compute/descriptor.h"

namespace kennel::compute {
namespace {

constexpr int kFirstHanded = 3;

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// No signal is blocked and none ignored, whatever it is with us.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class Actions {
 public:
  Actions(int output, const std::vector<int>& handed) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_adddup2(&actions_, output, 2);
    int next = kFirstHanded;
    for (const int descriptor : handed) {
      posix_spawn_file_actions_adddup2(&actions_, descriptor, next++);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, next);
  }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

base::Result<ChildProcess> ChildProcess::start(
    const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
    int output, const std::vector<int>& handed) {
  std::vector<std::string> words = command;
  std::vector<std::string> variables;
  variables.reserve(environment.size());
  for (const auto& [name, value] : environment) {
    variables.push_back(fmt::format("{}={}", name, value));
  }
  const Attributes attributes;
  // Out of the way of the numbers that they become.
  std::vector<Descriptor> aside;
  std::vector<int> numbers;
  for (const int descriptor : handed) {
    aside.emplace_back(
        ::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstHanded + static_cast<int>(handed.size())));
    if (!aside.back()) throw std::system_error(errno, std::generic_category(), "a descriptor");
    numbers.push_back(aside.back().value());
  }
  const Actions actions(output, numbers);
  pid_t id = 0;
  const int error = ::posix_spawn(&id, command[0].c_str(), actions.get(), attributes.get(),
                                  pointers_to(words).data(), pointers_to(variables).data());
  if (error == 0) return ChildProcess(id);
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} cannot be started: {}", command[0], std::strerror(error)));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)), code_(other.code_) {}

ChildProcess::~ChildProcess() {
  if (id_ < 0 || code_) return;
  signal_group(SIGKILL);
  signal(SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
}

std::optional<int> ChildProcess::poll() {
  if (code_) return code_;
  siginfo_t ended{};
  if (::waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      ended.si_pid != id_) {
    return std::nullopt;
  }
  signal_group(SIGKILL);
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) == id_) code_ = code_of(status);
  return code_;
}

void ChildProcess::wait(std::chrono::milliseconds at_most) const {
  if (code_) return;
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  pollfd waiting{process.value(), POLLIN, 0};
  if (process) (void)::poll(&waiting, 1, static_cast<int>(at_most.count()));
}

void ChildProcess::signal(int number) const {
  if (id_ > 0 && !code_) (void)::kill(id_, number);
}

void ChildProcess::signal_group(int number) const {
  if (id_ > 0 && !code_) (void)::kill(-id_, number);
}

}  // namespace kennel::compute

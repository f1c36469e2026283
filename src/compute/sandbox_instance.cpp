#include "compute/sandbox_instance.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <charconv>
#include <fstream>

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr int kGoneWithinMs = 10'000;

// The parent of a process, by /proc/ID/stat: "ID (NAME) STATE PARENT ...".
pid_t parent_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return -1;
  pid_t parent = -1;
  std::from_chars(text.data() + name_end + 4, text.data() + text.size(), parent);
  return parent;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> processes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t id = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (problem == std::errc() && *end == '\0') processes.push_back(id);
  }
  return processes;
}

Descriptor open_process(pid_t id) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
}

bool signal_process(const Descriptor& process, int number) {
  return process && ::syscall(SYS_pidfd_send_signal, process.value(), number, nullptr, 0) == 0;
}

}  // namespace

Init::Init(pid_t id, pid_t parent) : id_(id), handle_(open_process(id)) {
  if (parent_of(id) != parent) handle_ = Descriptor();
}

bool Init::is_there() const { return signal_process(handle_, 0); }

bool Init::signal_children(int number) const {
  bool found = false;
  for (const pid_t id : all_processes()) {
    if (parent_of(id) != id_ || !is_there()) continue;
    const Descriptor process = open_process(id);
    // Unless it has become another's number meanwhile.
    if (parent_of(id) == id_) found |= signal_process(process, number);
  }
  return found;
}

void Init::kill() const { (void)signal_process(handle_, SIGKILL); }

void Init::wait() const {
  if (!handle_) return;
  pollfd waiting{handle_.value(), POLLIN, 0};
  (void)::poll(&waiting, 1, kGoneWithinMs);
}

SandboxInstance::~SandboxInstance() {
  SandboxInstance::kill();
  init_.wait();
}

std::optional<Exit> SandboxInstance::poll() {
  if (owes_signal_) owes_signal_ = !init_.signal_children(SIGTERM);
  return ProcessInstance::poll();
}

void SandboxInstance::terminate() { owes_signal_ = !init_.signal_children(SIGTERM); }

void SandboxInstance::kill() {
  init_.kill();
  child().signal(SIGKILL);
  kill_group();
}

base::Path SandboxInstance::upper(const base::Path& to) const {
  for (const LaidOverlay& laid : overlays_) {
    if (laid.overlay.to == to) return laid.upper;
  }
  return {};
}

}  // namespace kennel::compute

#include "compute/cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string_view>
#include <thread>

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoot = "/sys/fs/cgroup";
constexpr std::array<const char*, 3> kControllers{"memory", "pids", "cpu"};
constexpr std::int64_t kPeriodUs = 100'000;
constexpr int kKillRoundsMax = 500;

bool is_unified() {
  std::error_code error;
  return fs::exists(base::Path(kRoot) / "cgroup.controllers", error);
}

bool write(const base::Path& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return written;
}

std::string server_group(const std::string& server) { return "kennel-" + server; }

// Where groups of the server lie, one for each hierarchy.
std::vector<base::Path> parents(const std::string& server) {
  if (is_unified()) return {base::Path(kRoot) / server_group(server)};
  std::vector<base::Path> folders;
  for (const char* controller : kControllers) {
    folders.push_back(base::Path(kRoot) / controller / server_group(server));
  }
  return folders;
}

void set_limits_v1(const base::Path& folder, std::string_view controller, const Limits& limits,
                   Cgroup::Held& held) {
  if (controller == "memory" && limits.memory_bytes > 0) {
    const std::string bytes = std::to_string(limits.memory_bytes);
    held.memory = write(folder / "memory.limit_in_bytes", bytes);
    write(folder / "memory.memsw.limit_in_bytes", bytes);
  }
  if (controller == "pids" && limits.processes_max > 0) {
    held.processes = write(folder / "pids.max", std::to_string(limits.processes_max));
  }
  if (controller == "cpu" && limits.cores > 0) {
    write(folder / "cpu.cfs_period_us", std::to_string(kPeriodUs));
    write(folder / "cpu.cfs_quota_us",
          std::to_string(std::llround(limits.cores * static_cast<double>(kPeriodUs))));
  }
}

void set_limits_v2(const base::Path& folder, const Limits& limits, Cgroup::Held& held) {
  if (limits.memory_bytes > 0) {
    held.memory = write(folder / "memory.max", std::to_string(limits.memory_bytes));
    write(folder / "memory.swap.max", "0");
  }
  if (limits.processes_max > 0) {
    held.processes = write(folder / "pids.max", std::to_string(limits.processes_max));
  }
  if (limits.cores > 0) {
    write(folder / "cpu.max",
          fmt::format("{} {}", std::llround(limits.cores * static_cast<double>(kPeriodUs)),
                      kPeriodUs));
  }
}

// One by one: where one is missing none of them would be had.
void pass_controllers_on(const base::Path& folder) {
  for (const char* controller : kControllers) {
    write(folder / "cgroup.subtree_control", fmt::format("+{}", controller));
  }
}

bool make_folder(const base::Path& folder) {
  return ::mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST;
}

std::vector<pid_t> processes_in(const base::Path& folder) {
  std::vector<pid_t> processes;
  std::ifstream file(folder / "cgroup.procs");
  for (pid_t process = 0; file >> process;) {
    // 0 is one that we cannot see, and would be all of ours.
    if (process > 0) processes.push_back(process);
  }
  return processes;
}

// Until none is left: some fork while others are killed.
void kill_all(const base::Path& folder) {
  write(folder / "cgroup.kill", "1");
  for (int round = 0; round < kKillRoundsMax; ++round) {
    const auto processes = processes_in(folder);
    if (processes.empty()) return;
    for (const pid_t process : processes) ::kill(process, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void remove_group(const base::Path& folder) {
  for (int round = 0; round < kKillRoundsMax; ++round) {
    if (::rmdir(folder.c_str()) == 0 || errno != EBUSY) return;
    kill_all(folder);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::int64_t count_in(const base::Path& file, std::string_view name) {
  std::ifstream lines(file);
  std::string word;
  for (std::int64_t count = 0; lines >> word >> count;) {
    if (word == name) return count;
  }
  return 0;
}

}  // namespace

std::unique_ptr<Cgroup> Cgroup::make(const std::string& server, const std::string& name,
                                     const Limits& limits) {
  std::vector<base::Path> made;
  Held held;
  const bool unified = is_unified();
  if (unified) pass_controllers_on(kRoot);
  for (const base::Path& parent : parents(server)) {
    const base::Path folder = parent / name;
    if (!make_folder(parent)) continue;
    if (unified) pass_controllers_on(parent);
    if (!make_folder(folder)) continue;
    if (unified) {
      set_limits_v2(folder, limits, held);
    } else {
      set_limits_v1(folder, parent.parent_path().filename().string(), limits, held);
    }
    if (::access((folder / "cgroup.procs").c_str(), W_OK) == 0) made.push_back(folder);
  }
  if (made.empty()) return nullptr;
  return std::unique_ptr<Cgroup>(new Cgroup(std::move(made), held));
}

Cgroup::~Cgroup() {
  kill();
  for (const base::Path& folder : folders_) remove_group(folder);
}

std::vector<base::Path> Cgroup::doors() const {
  std::vector<base::Path> doors;
  for (const base::Path& folder : folders_) doors.push_back(folder / "cgroup.procs");
  return doors;
}

bool Cgroup::was_out_of_memory() const {
  return std::ranges::any_of(folders_, [](const base::Path& folder) {
    return count_in(folder / "memory.events", "oom_kill") > 0 ||
           count_in(folder / "memory.oom_control", "oom_kill") > 0;
  });
}

void Cgroup::kill() const {
  for (const base::Path& folder : folders_) kill_all(folder);
}

void Cgroup::clean_up(const std::string& server) {
  for (const base::Path& parent : parents(server)) {
    std::error_code error;
    std::vector<base::Path> groups;
    for (const auto& entry : fs::directory_iterator(parent, error)) {
      if (entry.is_directory()) groups.push_back(entry.path());
    }
    for (const base::Path& group : groups) {
      kill_all(group);
      remove_group(group);
    }
  }
  leave(server);
}

void Cgroup::leave(const std::string& server) {
  for (const base::Path& parent : parents(server)) ::rmdir(parent.c_str());
}

}  // namespace kennel::compute

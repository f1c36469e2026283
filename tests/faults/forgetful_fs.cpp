// kennel_forgetful_fs FOLDER: mounts a file system that holds everything in memory and forgets what
// was not synced when it is told that the power is gone. One thread. It ends, and unmounts, when
// its input ends. Commands come as lines, each is answered by one line:
//
//   power_loss SEED             the power goes now: everything fails until power_on
//   power_loss_after N SEED     ... before the N-th step from now; answered when it is gone, at the
//                               latest by a power_loss: the two have one answer
//   power_on                    mounted anew, with what survived
//   fail KIND N ERROR           every N-th write, sync or rename fails with ENOSPC or EIO
//   full                        nothing that needs more room succeeds
//   lie                         syncs succeed and keep nothing
//   lift                        ends fail, full and lie
//
// A step is what may change the disk: a write, a sync, a name made, removed or changed.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "fuse_operations.h"
#include "machine.h"

namespace kennel::faults {
namespace {

void say(std::string_view line) { std::cout << line << std::endl; }

enum class Next { kServe, kMountAnew, kEnd };

class Mount {
 public:
  Mount(Machine& machine, const char* folder) {
    std::array<char*, 3> words{const_cast<char*>("forgetful"), const_cast<char*>("-o"),
                               const_cast<char*>("fsname=forgetful")};
    fuse_args arguments = FUSE_ARGS_INIT(static_cast<int>(words.size()), words.data());
    const fuse_lowlevel_ops table = operations();
    session_ = fuse_session_new(&arguments, &table, sizeof(table), &machine);
    mounted_ = session_ != nullptr && fuse_session_mount(session_, folder) == 0;
    if (mounted_) fuse_set_signal_handlers(session_);
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  ~Mount() {
    if (mounted_) {
      fuse_remove_signal_handlers(session_);
      fuse_session_unmount(session_);
    }
    if (session_ != nullptr) fuse_session_destroy(session_);
    std::free(buffer_.mem);
  }

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] bool ended() const { return fuse_session_exited(session_) != 0; }
  [[nodiscard]] int descriptor() const { return fuse_session_fd(session_); }

  void serve_one() {
    const int got = fuse_session_receive_buf(session_, &buffer_);
    if (got > 0) fuse_session_process_buf(session_, &buffer_);
    if (got <= 0 && got != -EINTR) fuse_session_exit(session_);
  }

 private:
  fuse_session* session_ = nullptr;
  fuse_buf buffer_{};
  bool mounted_ = false;
};

bool plan_fault(Machine& machine, std::istream& words) {
  std::string kind, error;
  EveryNth fault;
  if (!(words >> kind >> fault.n >> error) || fault.n == 0) return false;
  if (error != "ENOSPC" && error != "EIO") return false;
  fault.error = error == "EIO" ? EIO : ENOSPC;
  const std::map<std::string, Step> kinds{
      {"write", Step::kWrite}, {"sync", Step::kSync}, {"rename", Step::kRename}};
  const auto found = kinds.find(kind);
  if (found != kinds.end()) machine.failing[found->second] = fault;
  return found != kinds.end();
}

Next obey(Machine& machine, const std::string& line) {
  std::istringstream words(line);
  std::string command;
  words >> command;
  std::uint64_t steps = 0;
  bool understood = true;
  if (command == "power_on") return Next::kMountAnew;
  if (command == "power_loss_after" && words >> steps >> machine.seed && steps > 0) {
    machine.steps_to_power_loss = steps;
    return Next::kServe;
  }
  if (command == "power_loss" && machine.dead) return Next::kServe;
  if (command == "power_loss" && words >> machine.seed) {
    machine.lose_power();
  } else if (command == "full") {
    machine.full = true;
  } else if (command == "lie") {
    machine.lying = true;
  } else if (command == "lift") {
    machine.full = machine.lying = false;
    machine.failing.clear();
  } else {
    understood = command == "fail" && plan_fault(machine, words);
  }
  say(understood ? "ok" : "not understood: " + line);
  return Next::kServe;
}

class Commands {
 public:
  Next obey_those_that_came(Machine& machine) {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got <= 0) return Next::kEnd;
    text_.append(bytes.data(), static_cast<std::size_t>(got));
    Next next = Next::kServe;
    for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos;) {
      next = obey(machine, text_.substr(0, end));
      text_.erase(0, end + 1);
    }
    return next;
  }

 private:
  std::string text_;
};

// Until the power comes back or the input ends.
Next serve(Machine& machine, Mount& mount, Commands& commands) {
  Next next = Next::kServe;
  while (next == Next::kServe) {
    std::array<pollfd, 2> ready{{{mount.descriptor(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    const int count = ::poll(ready.data(), ready.size(), -1);
    if (mount.ended()) return Next::kEnd;
    if (count > 0 && ready[0].revents != 0) mount.serve_one();
    if (count > 0 && ready[1].revents != 0) next = commands.obey_those_that_came(machine);
  }
  return next;
}

int run(const char* folder) {
  Machine machine;
  Commands commands;
  for (Next next = Next::kMountAnew; next != Next::kEnd;) {
    machine.dead = false;
    machine.known.clear();
    Mount mount(machine, folder);
    if (!mount.mounted()) return EXIT_FAILURE;
    say("ok");
    next = serve(machine, mount, commands);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace kennel::faults

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: kennel_forgetful_fs FOLDER\n";
    return 2;
  }
  return kennel::faults::run(words[1]);
}

// `kennel-sandbox`: sets the scene for one instance, and becomes it. Started by the server, never
// by people. Links nothing that takes time to load.
//
//   kennel-sandbox STEP... -- PROGRAM ARGUMENT...
//
//   parent PID                        ends with the process PID, which started it
//   guard PID                         the same, with all that it begets
//   join FILE                         writes "0" into a control group's list
//   limit NAME AMOUNT                 a resource limit: "core", "file", "memory", "processes"
//   expendable                        goes before the server where memory runs out
//   user                              a user namespace, where we are not root
//   join-user DESCRIPTOR              that of another instance
//   mounts                            a mount namespace
//   no-groups                         no groups besides the first
//   devices                           the devices of every instance cannot be changed
//   overlay LOWER UPPER WORK MERGED   a writable view
//   network                           a network namespace with a loopback
//   join-network DESCRIPTOR           that of another instance
//   filter                            compiles the filter, and says `--seccomp N` to bubblewrap
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "compute/sandbox/guard.h"
#include "compute/sandbox/seccomp_filter.h"

namespace {

constexpr int kCannotStart = 127;

[[noreturn]] void give_up(const std::string& what) {
  const std::string line = "kennel-sandbox: " + what + ": " + std::strerror(errno) + "\n";
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  std::_Exit(kCannotStart);
}

void require(bool holds, const std::string& what) {
  if (!holds) give_up(what);
}

bool write_file(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return written;
}

void end_with(pid_t parent) {
  require(::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "cannot be tied to the server");
  if (::getppid() != parent) std::_Exit(kCannotStart);  // it has gone meanwhile
}

void limit(std::string_view name, rlim_t amount) {
  const auto resource = name == "file"     ? RLIMIT_FSIZE
                        : name == "memory" ? RLIMIT_DATA
                        : name == "core"   ? RLIMIT_CORE
                                           : RLIMIT_NPROC;
  const rlimit both{amount, amount};
  require(::setrlimit(resource, &both) == 0, "cannot limit " + std::string(name));
}

void enter_user_namespace() {
  const std::string user = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getegid()) + " 1";
  require(::unshare(CLONE_NEWUSER) == 0, "no user namespace");
  require(write_file("/proc/self/setgroups", "deny"), "no user namespace");
  require(write_file("/proc/self/uid_map", user), "no user namespace");
  require(write_file("/proc/self/gid_map", group), "no user namespace");
}

void enter_mount_namespace() {
  require(::unshare(CLONE_NEWNS) == 0, "no mount namespace");
  require(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "no private mounts");
}

// The nodes that bubblewrap shows to an instance are the system's own.
void protect_devices() {
  for (const char* node :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
    const unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC;
    const bool protects = ::mount(node, node, nullptr, MS_BIND, nullptr) == 0 &&
                          ::mount(nullptr, node, nullptr, flags, nullptr) == 0;
    require(protects || errno == ENOENT, std::string("cannot protect ") + node);
  }
}

// By its descriptor: a path may have letters in it that mean something among options.
std::string open_folder(const char* path) {
  const int descriptor = ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  require(descriptor >= 0, std::string("no folder ") + path);
  return "/proc/self/fd/" + std::to_string(descriptor);
}

void make_overlay(const char* lower, const char* upper, const char* work, const char* merged) {
  const std::string options = "lowerdir=" + open_folder(lower) + ",upperdir=" + open_folder(upper) +
                              ",workdir=" + open_folder(work);
  const auto mount = [merged](const std::string& with) {
    return ::mount("overlay", merged, "overlay", MS_NODEV | MS_NOSUID, with.c_str()) == 0;
  };
  // First with attributes that everybody may write: in a user namespace it would do without, badly.
  require(mount(options + ",userxattr") || mount(options), std::string("no overlay of ") + lower);
}

void make_network() {
  require(::unshare(CLONE_NEWNET) == 0, "no network namespace");
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq loopback{};
  std::strncpy(loopback.ifr_name, "lo", IFNAMSIZ - 1);
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  require(any >= 0 && ::ioctl(any, SIOCSIFFLAGS, &loopback) == 0, "no loopback");
  ::close(any);
}

void join_namespace(const char* handed, int kind) {
  const int descriptor = std::atoi(handed);
  require(::setns(descriptor, kind) == 0, "cannot join the job's other instances");
  ::close(descriptor);
}

int to_filter() {
  const int filter = kennel::compute::make_seccomp_filter();
  require(filter >= 0, "no filter of system calls");
  return filter;
}

// The words of one step, from the first behind its name on.
class Steps {
 public:
  Steps(int count, char** words) : count_(count), words_(words) {}
  char* next() {
    errno = EINVAL;
    require(at_ < count_, "a step lacks a word");
    return words_[at_++];
  }
  [[nodiscard]] char** rest() const { return words_ + at_; }

 private:
  int count_;
  char** words_;
  int at_ = 1;
};

// Ends at "--"; gives the filter, or -1.
int take_steps(Steps& steps) {
  int filter = -1;
  for (std::string_view step = steps.next(); step != "--"; step = steps.next()) {
    if (step == "parent") {
      end_with(std::atoi(steps.next()));
    } else if (step == "guard") {
      require(kennel::compute::leave_guard(std::atoi(steps.next())), "no guard");
    } else if (step == "join") {
      const std::string door = steps.next();
      require(write_file(door, "0"), "cannot join " + door);
    } else if (step == "limit") {
      const std::string_view name = steps.next();
      limit(name, std::strtoull(steps.next(), nullptr, 10));
    } else if (step == "user") {
      enter_user_namespace();
    } else if (step == "mounts") {
      enter_mount_namespace();
    } else if (step == "overlay") {
      const char* lower = steps.next();
      const char* upper = steps.next();
      const char* work = steps.next();
      make_overlay(lower, upper, work, steps.next());
    } else if (step == "network") {
      make_network();
    } else if (step == "join-network") {
      join_namespace(steps.next(), CLONE_NEWNET);
    } else if (step == "join-user") {
      join_namespace(steps.next(), CLONE_NEWUSER);
    } else if (step == "no-groups") {
      require(::setgroups(0, nullptr) == 0, "cannot leave its groups");
    } else if (step == "devices") {
      protect_devices();
    } else if (step == "expendable") {
      (void)write_file("/proc/self/oom_score_adj", "500");
    } else if (step == "filter") {
      filter = to_filter();
    } else {
      errno = EINVAL;
      give_up("what is " + std::string(step));
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  Steps steps(argc, argv);
  const int filter = take_steps(steps);
  std::vector<char*> words{steps.next()};
  std::string number = std::to_string(filter);
  std::string option = "--seccomp";
  if (filter >= 0) {
    words.push_back(option.data());
    words.push_back(number.data());
  }
  for (char** word = steps.rest(); *word != nullptr; ++word) words.push_back(*word);
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  give_up(std::string("cannot run ") + words[0]);
}

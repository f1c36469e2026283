#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "compute/process_instance.h"
#include "compute/sandbox_scene.h"

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kReadyMax{10};
constexpr const char* kBubblewrap = "/usr/bin/bwrap";

// The parent of a process, by /proc/ID/stat: "ID (NAME) STATE PARENT ...".
pid_t parent_of(const base::Path& process) {
  std::ifstream file(process / "stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return -1;
  pid_t parent = -1;
  std::from_chars(text.data() + name_end + 4, text.data() + text.size(), parent);
  return parent;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (parent_of(entry.path()) == parent) children.push_back(std::stoi(name));
  }
  return children;
}

// What bubblewrap says of itself once the namespaces are there: {"child-pid": N ...}. 0: it did not
// get so far.
pid_t read_child_id(const Pipe& told) {
  const auto deadline = std::chrono::steady_clock::now() + kReadyMax;
  std::string text;
  while (text.find('}') == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    pollfd waiting{told.read, POLLIN, 0};
    (void)::poll(&waiting, 1, 100);
    char piece[256];
    const ssize_t got = ::read(told.read, piece, sizeof(piece));
    if (got == 0) break;
    if (got > 0) text.append(piece, static_cast<std::size_t>(got));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return 0;
  const char* begin = text.data() + text.find_first_of("0123456789", colon);
  pid_t id = 0;
  std::from_chars(begin, text.data() + text.size(), id);
  return id;
}

std::string read_all(const Pipe& output) {
  std::string text;
  char piece[1024];
  for (ssize_t got = 0; (got = ::read(output.read, piece, sizeof(piece))) > 0;) {
    text.append(piece, static_cast<std::size_t>(got));
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

constexpr const char* kHowToMend =
    "Mend that, or start with --no-sandbox if you trust whatever runs as a job";

// What it said, of a child that did not get so far as to be an instance.
tl::unexpected<base::Error> refusal(const Pipe& output) {
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("jobs cannot be put into a sandbox here: {}. {}", read_all(output), kHowToMend));
}

// `init` is process 1 of the namespace; when it goes, all others go. It is a child of the child.
class SandboxInstance final : public ProcessInstance {
 public:
  SandboxInstance(ChildProcess child, std::unique_ptr<Pipe> output, std::unique_ptr<Cgroup> cgroup,
                  DiskUse disk_use, pid_t init, std::vector<LaidOverlay> overlays)
      : ProcessInstance(std::move(child), std::move(output), std::move(cgroup),
                        std::move(disk_use)),
        init_(init),
        overlays_(std::move(overlays)) {}
  ~SandboxInstance() override { SandboxInstance::kill(); }
  SandboxInstance(const SandboxInstance&) = delete;
  SandboxInstance& operator=(const SandboxInstance&) = delete;

  void terminate() override {
    for (const pid_t process : children_of(init_)) (void)::kill(process, SIGTERM);
  }

  void kill() override {
    // While its parent has not been waited for, the number is nobody else's.
    if (init_ > 0 && parent_of(fmt::format("/proc/{}", init_)) == child().id()) {
      (void)::kill(init_, SIGKILL);
    }
    child().signal(SIGKILL);
    kill_group();
  }

  [[nodiscard]] base::Path upper(const base::Path& to) const override {
    for (const LaidOverlay& laid : overlays_) {
      if (laid.overlay.to == to) return laid.upper;
    }
    return {};
  }

 private:
  pid_t init_;
  std::vector<LaidOverlay> overlays_;
};

class SandboxLauncher final : public Launcher {
 public:
  explicit SandboxLauncher(LauncherOptions options) : options_(std::move(options)) {}

  base::Result<std::unique_ptr<Instance>> launch(const InstanceSpec& spec) override {
    if (::access(kBubblewrap, X_OK) != 0) {
      return base::fail(base::ErrorKind::kInvalid,
                        fmt::format("bubblewrap is not installed, and jobs run in a sandbox that "
                                    "it makes: apt-get install bubblewrap. {}",
                                    kHowToMend));
    }
    const std::vector<LaidOverlay> overlays = lay_overlays(spec);
    prepare_folders(spec, overlays);
    Scene scene = set_scene(options_, spec, std::to_string(next_++));
    add_namespaces(spec, overlays, scene.words);
    auto output = std::make_unique<Pipe>();
    Pipe told;
    KENNEL_TRY(auto child,
               ChildProcess::start(scene.words, spec.environment, output->write, told.write));
    output->close_write();
    told.close_write();
    const pid_t init = read_child_id(told);
    if (init == 0) return refusal(*output);
    if (spec.isolated) {
      const std::lock_guard lock(mutex_);
      networks_.try_emplace(spec.network_name, child.id());
    }
    std::vector<base::Path> written{spec.folder};
    return std::make_unique<SandboxInstance>(
        std::move(child), std::move(output), std::move(scene.cgroup),
        DiskUse(std::move(written), spec.limits.disk_bytes), init, overlays);
  }

  [[nodiscard]] bool shields_inputs() const override { return true; }
  void clean_up() override { Cgroup::clean_up(options_.server_name); }
  [[nodiscard]] std::string shortcomings() const override {
    const auto probe = Cgroup::make(options_.server_name, "probe", {});
    if (probe) return {};
    return "no control groups can be made here: a job's memory is limited a process, and not over "
           "all";
  }

 private:
  static void prepare_folders(const InstanceSpec& spec, const std::vector<LaidOverlay>& overlays) {
    for (const char* name : {"tmp", "home", "ml/input/config", "ml/input/data"}) {
      fs::create_directories(spec.folder / name);
    }
    fs::permissions(spec.folder / "tmp", fs::perms::all | fs::perms::sticky_bit);
    for (const LaidOverlay& laid : overlays) {
      for (const base::Path& folder : {laid.upper, laid.work, laid.merged}) {
        fs::create_directories(folder);
      }
    }
    std::ofstream(spec.folder / "hosts") << hosts_file(spec);
  }

  void add_namespaces(const InstanceSpec& spec, const std::vector<LaidOverlay>& overlays,
                      std::vector<std::string>& words) {
    const auto add = [&](std::initializer_list<std::string> step) {
      words.insert(words.end(), step);
    };
    if (::geteuid() != 0) add({"user"});
    if (spec.isolated) {
      const std::lock_guard lock(mutex_);
      const auto known = networks_.find(spec.network_name);
      if (known == networks_.end()) {
        add({"network"});
      } else {
        add({"network-of", std::to_string(known->second)});
      }
    }
    add({"mounts"});
    for (const LaidOverlay& laid : overlays) {
      add({"overlay", laid.overlay.lower.string(), laid.upper.string(), laid.work.string(),
           laid.merged.string()});
    }
    add({"filter", "--", kBubblewrap});
    const auto more = bubblewrap_words(spec, overlays);
    words.insert(words.end(), more.begin(), more.end());
  }

  LauncherOptions options_;
  std::atomic<int> next_{0};
  std::mutex mutex_;
  std::map<std::string, pid_t> networks_;  // of isolated jobs; guarded by mutex_
};

}  // namespace

std::unique_ptr<Launcher> open_sandbox(LauncherOptions options) {
  return std::make_unique<SandboxLauncher>(std::move(options));
}

base::Result<void> try_sandbox(Launcher& launcher, const base::Path& scratch) {
  fs::create_directories(scratch / "lower");
  const InstanceSpec spec{.host = "probe",
                          .folder = scratch / "probe",
                          .command = {"true"},
                          .environment = {{"PATH", "/usr/bin:/bin"}},
                          .overlays = {{scratch / "lower", "/opt/ml/input/data"}}};
  KENNEL_TRY(const auto instance, launcher.launch(spec));
  std::optional<Exit> exit;
  while (!(exit = instance->poll())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (exit->code == 0) return {};
  return base::fail(
      base::ErrorKind::kInvalid,
      fmt::format("a program in a sandbox ends with code {}. {}", exit->code, kHowToMend));
}

}  // namespace kennel::compute

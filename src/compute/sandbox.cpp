#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

#include "compute/sandbox_instance.h"

namespace kennel::compute {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kReadyMax{10};
constexpr const char* kBubblewrap = "/usr/bin/bwrap";
// Which descriptors are what inside; 3 and 4 are bubblewrap's (see bubblewrap_words).
constexpr const char* kNetworkHanded = "5";
constexpr const char* kUserHanded = "6";

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

// What bubblewrap reads for itself, so that nothing of it acts outside (LD_PRELOAD, say), and no
// secret is in anybody's list of processes.
Descriptor to_arguments(const std::map<std::string, std::string>& environment) {
  std::string text;
  const auto add = [&text](const char* word) { (text += word) += '\0'; };
  for (const auto& [name, value] : environment) {
    add("--setenv");
    // As far as a C string goes: a word must not become several.
    add(name.c_str());
    add(value.c_str());
  }
  Descriptor file(::memfd_create("environment", MFD_CLOEXEC));
  const bool written =
      file && ::pwrite(file.value(), text.data(), text.size(), 0) == std::ssize(text);
  if (!written) throw std::system_error(errno, std::generic_category(), "an environment");
  return file;
}

class SandboxLauncher final : public Launcher {
 public:
  explicit SandboxLauncher(LauncherOptions options) : options_(std::move(options)) {}
  ~SandboxLauncher() override { Cgroup::leave(options_.server_name); }
  SandboxLauncher(const SandboxLauncher&) = delete;
  SandboxLauncher& operator=(const SandboxLauncher&) = delete;

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
    auto network = spec.isolated ? networks_.find(spec.network_name) : nullptr;
    add_namespaces(spec, overlays, network.get(), scene.words);
    const auto more = bubblewrap_words(spec, overlays, options_.hidden);
    scene.words.insert(scene.words.end(), more.begin(), more.end());
    auto output = std::make_unique<Pipe>();
    Pipe told;
    const Descriptor arguments = to_arguments(spec.environment);
    std::vector<int> handed{told.write, arguments.value()};
    if (network) handed.push_back(network->network.value());
    if (network && network->user) handed.push_back(network->user.value());
    KENNEL_TRY(auto child, ChildProcess::start(scene.words, {}, output->write, handed));
    output->close_write();
    told.close_write();
    const pid_t init = read_child_id(told);
    if (init == 0) return refusal(*output);
    if (spec.isolated && !network) network = networks_.keep(spec.network_name, child.id());
    return std::make_unique<SandboxInstance>(
        ProcessParts{std::move(output), std::move(scene.cgroup), std::move(child),
                     DiskUse({spec.folder}, spec.limits.disk_bytes)},
        init, overlays, std::move(network));
  }

  [[nodiscard]] bool shields_inputs() const override { return true; }
  void clean_up() override { Cgroup::clean_up(options_.server_name); }
  [[nodiscard]] std::string shortcomings() const override {
    const auto probe = Cgroup::make(options_.server_name, "probe", {.memory_bytes = 1U << 30U});
    if (probe && probe->held().memory) return {};
    return "no control groups can be made here: a job's memory is limited a process, and not over "
           "all";
  }

 private:
  static void prepare_folders(const InstanceSpec& spec, const std::vector<LaidOverlay>& overlays) {
    for (const char* name : {"tmp", "home", "ml/input/config", "ml/input/data"}) {
      fs::create_directories(spec.folder / name);
    }
    fs::permissions(spec.folder / "tmp", fs::perms::all | fs::perms::sticky_bit);
    // What a job leaves is for nobody else here: a program that takes on its owner's rights, say.
    fs::permissions(spec.folder, fs::perms::owner_all);
    for (const LaidOverlay& laid : overlays) {
      for (const base::Path& folder : {laid.upper, laid.work, laid.merged}) {
        fs::create_directories(folder);
      }
    }
    std::ofstream(spec.folder / "hosts") << hosts_file(spec);
  }

  static void add_namespaces(const InstanceSpec& spec, const std::vector<LaidOverlay>& overlays,
                             const JobNetwork* network, std::vector<std::string>& words) {
    const auto add = [&](std::initializer_list<std::string> step) {
      words.insert(words.end(), step);
    };
    const bool is_root = ::geteuid() == 0;
    if (network != nullptr) {
      if (network->user) add({"join-user", kUserHanded});
      add({"join-network", kNetworkHanded});
    } else {
      if (!is_root) add({"user"});
      if (spec.isolated) add({"network"});
    }
    add({"mounts"});
    // What is root's is root's inside as well, and could be changed there.
    if (is_root) add({"no-groups", "devices"});
    for (const LaidOverlay& laid : overlays) {
      add({"overlay", laid.overlay.lower.string(), laid.upper.string(), laid.work.string(),
           laid.merged.string()});
    }
    add({"filter", "--", kBubblewrap});
  }

  LauncherOptions options_;
  std::atomic<int> next_{0};
  JobNetworks networks_;
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

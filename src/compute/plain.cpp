#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "compute/process_instance.h"
#include "compute/sandbox/guard.h"

namespace kennel::compute {
namespace {

constexpr std::chrono::seconds kGoneWithin{10};

class PlainInstance final : public ProcessInstance {
 public:
  PlainInstance(ProcessParts parts, std::vector<Overlay> overlays)
      : ProcessInstance(std::move(parts)), overlays_(std::move(overlays)) {}
  ~PlainInstance() override {
    PlainInstance::kill();
    child().wait(kGoneWithin);
  }
  PlainInstance(const PlainInstance&) = delete;
  PlainInstance& operator=(const PlainInstance&) = delete;

  void terminate() override { child().signal(SIGTERM); }
  void kill() override {
    child().signal(kEndsInstance);
    kill_group();
  }
  [[nodiscard]] base::Path upper(const base::Path& to) const override {
    for (const Overlay& overlay : overlays_) {
      if (overlay.to == to) return overlay.lower;
    }
    return {};
  }

 private:
  std::vector<Overlay> overlays_;
};

class PlainLauncher final : public Launcher {
 public:
  explicit PlainLauncher(LauncherOptions options) : options_(std::move(options)) {}
  ~PlainLauncher() override { Cgroup::leave(options_.server_name); }
  PlainLauncher(const PlainLauncher&) = delete;
  PlainLauncher& operator=(const PlainLauncher&) = delete;

  base::Result<std::unique_ptr<Instance>> launch(const InstanceSpec& spec) override {
    Scene scene = set_scene(options_, spec, std::to_string(next_++));
    scene.words.insert(scene.words.end(), {"guard", std::to_string(::getpid()), "--"});
    scene.words.insert(scene.words.end(), spec.command.begin(), spec.command.end());
    auto environment = spec.environment;
    environment["SAGEMAKER_BASE_DIR"] = (spec.folder / "ml").string();
    auto output = std::make_unique<Pipe>();
    KENNEL_TRY(auto child, ChildProcess::start(scene.words, environment, output->write, {}));
    output->close_write();
    return std::make_unique<PlainInstance>(
        ProcessParts{std::move(output), std::move(scene.cgroup), std::move(child),
                     DiskUse({spec.folder}, spec.limits.disk_bytes)},
        spec.overlays);
  }

  [[nodiscard]] bool shields_inputs() const override { return false; }
  void clean_up() override { Cgroup::clean_up(options_.server_name); }
  [[nodiscard]] std::string shortcomings() const override {
    return "jobs run without a sandbox: they can read and change whatever this server can";
  }

 private:
  LauncherOptions options_;
  std::atomic<int> next_{0};
};

}  // namespace

std::unique_ptr<Launcher> open_plain(LauncherOptions options) {
  return std::make_unique<PlainLauncher>(std::move(options));
}

}  // namespace kennel::compute

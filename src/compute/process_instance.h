// What instances of every launcher have: a child process, its output, a control group.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "compute/cgroup.h"
#include "compute/child_process.h"
#include "compute/disk_use.h"
#include "compute/launcher.h"

namespace kennel::compute {

struct Pipe {
  int read = -1;
  int write = -1;

  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write();
};

class ProcessInstance : public Instance {
 public:
  ProcessInstance(ChildProcess child, std::unique_ptr<Pipe> output, std::unique_ptr<Cgroup> cgroup,
                  DiskUse disk_use)
      : output_(std::move(output)),
        cgroup_(std::move(cgroup)),
        child_(std::move(child)),
        disk_use_(std::move(disk_use)) {}

  [[nodiscard]] int output() const override { return output_->read; }
  [[nodiscard]] std::optional<Exit> poll() override;

 protected:
  [[nodiscard]] const ChildProcess& child() const { return child_; }
  void kill_group() const {
    if (cgroup_) cgroup_->kill();
  }

 private:
  std::unique_ptr<Pipe> output_;
  std::unique_ptr<Cgroup> cgroup_;  // goes after the child
  ChildProcess child_;
  DiskUse disk_use_;
};

// The steps that every instance begins with, and its control group.
struct Scene {
  std::unique_ptr<Cgroup> cgroup;
  std::vector<std::string> words;  // of kennel-sandbox
};
[[nodiscard]] Scene set_scene(const LauncherOptions& options, const InstanceSpec& spec,
                              const std::string& name);

}  // namespace kennel::compute

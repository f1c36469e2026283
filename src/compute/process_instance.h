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
#include "compute/pipe.h"

namespace kennel::compute {

struct ProcessParts {
  std::unique_ptr<Pipe> output;
  std::unique_ptr<Cgroup> cgroup;  // goes after the child
  ChildProcess child;
  DiskUse disk_use;
};

class ProcessInstance : public Instance {
 public:
  explicit ProcessInstance(ProcessParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] int output() const override { return parts_.output->read; }
  [[nodiscard]] std::optional<Exit> poll() override;

 protected:
  [[nodiscard]] const ChildProcess& child() const { return parts_.child; }
  void kill_group() const {
    if (parts_.cgroup) parts_.cgroup->kill();
  }

 private:
  ProcessParts parts_;
};

// The steps that every instance begins with, and its control group.
struct Scene {
  std::unique_ptr<Cgroup> cgroup;
  std::vector<std::string> words;  // of kennel-sandbox
};
[[nodiscard]] Scene set_scene(const LauncherOptions& options, const InstanceSpec& spec,
                              const std::string& name);

}  // namespace kennel::compute

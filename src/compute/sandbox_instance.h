// An instance behind bubblewrap. One thread.
#pragma once

#include <memory>
#include <vector>

#include "compute/descriptor.h"
#include "compute/job_network.h"
#include "compute/process_instance.h"
#include "compute/sandbox_scene.h"

namespace kennel::compute {

// Process 1 of the namespace, a child of bubblewrap; when it goes, all others go.
class Init {
 public:
  // `id` as bubblewrap, the process `parent`, tells it, which nobody has waited for yet.
  Init(pid_t id, pid_t parent);

  // False where it has no child yet: the program is still to be started.
  [[nodiscard]] bool signal_children(int number) const;
  void kill() const;
  // Until all that was in the namespace is gone.
  void wait() const;

 private:
  [[nodiscard]] bool is_there() const;

  pid_t id_;
  Descriptor handle_;  // of the process, so that it is never mistaken; none where it has ended
};

class SandboxInstance final : public ProcessInstance {
 public:
  SandboxInstance(ProcessParts parts, pid_t init, std::vector<LaidOverlay> overlays,
                  std::shared_ptr<const JobNetwork> network)
      : ProcessInstance(std::move(parts)),
        init_(init, child().id()),
        overlays_(std::move(overlays)),
        network_(std::move(network)) {}
  ~SandboxInstance() override;
  SandboxInstance(const SandboxInstance&) = delete;
  SandboxInstance& operator=(const SandboxInstance&) = delete;

  [[nodiscard]] std::optional<Exit> poll() override;
  void terminate() override;
  void kill() override;
  [[nodiscard]] base::Path upper(const base::Path& to) const override;

 private:
  Init init_;
  std::vector<LaidOverlay> overlays_;
  std::shared_ptr<const JobNetwork> network_;
  bool owes_signal_ = false;  // it was asked to end before it had begun
};

}  // namespace kennel::compute

// A control group for one instance: version 2, or the controllers of version 1, whichever this
// system has and lets us make. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "compute/launcher.h"

namespace kennel::compute {

class Cgroup {
 public:
  // nullptr: none can be made here.
  [[nodiscard]] static std::unique_ptr<Cgroup> make(const std::string& server,
                                                    const std::string& name, const Limits& limits);
  // Kills what is in it, and removes it.
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  // The files that a process writes "0" to in order to join.
  [[nodiscard]] std::vector<base::Path> doors() const;
  [[nodiscard]] bool was_out_of_memory() const;
  void kill() const;

  // Removes all groups of that server, with the processes in them.
  static void clean_up(const std::string& server);

 private:
  explicit Cgroup(std::vector<base::Path> folders) : folders_(std::move(folders)) {}
  std::vector<base::Path> folders_;
};

}  // namespace kennel::compute

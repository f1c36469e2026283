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

  // Which of the limits hold: a controller may be missing.
  struct Held {
    bool memory = false;
    bool processes = false;
  };
  [[nodiscard]] Held held() const { return held_; }
  // The files that a process writes "0" to in order to join.
  [[nodiscard]] std::vector<base::Path> doors() const;
  [[nodiscard]] bool was_out_of_memory() const;
  void kill() const;

  // Removes all groups of that server, with the processes in them.
  static void clean_up(const std::string& server);
  // Removes what they lay in, once there are none.
  static void leave(const std::string& server);

 private:
  Cgroup(std::vector<base::Path> folders, Held held) : folders_(std::move(folders)), held_(held) {}
  std::vector<base::Path> folders_;
  Held held_;
};

}  // namespace kennel::compute

// A child process of the thread that starts it. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace kennel::compute {

class ChildProcess {
 public:
  // Starts a program, by its path, in a session of its own, with nothing inherited but what is
  // given: descriptors become 3 and up. kInvalid: it could not be started.
  [[nodiscard]] static base::Result<ChildProcess> start(
      const std::vector<std::string>& command,
      const std::map<std::string, std::string>& environment, int output,
      const std::vector<int>& handed);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  // Kills it, and waits.
  ~ChildProcess();

  [[nodiscard]] pid_t id() const { return id_; }
  // How it ended, once it has: 128 + n where signal n did it. What it left in its group is killed
  // then: later the number may be another's.
  [[nodiscard]] std::optional<int> poll();
  // Until it has ended, and no longer than that.
  void wait(std::chrono::milliseconds at_most) const;
  void signal(int number) const;
  // Its whole group as far as it has not left it.
  void signal_group(int number) const;

 private:
  explicit ChildProcess(pid_t id) : id_(id) {}
  pid_t id_;
  std::optional<int> code_;
};

}  // namespace kennel::compute

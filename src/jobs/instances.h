// The instances of one job while they run: their processes, what they say, and how they end. One
// thread, which launches them and lives as long as they do.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "compute/launcher.h"
#include "compute/line_splitter.h"

namespace kennel::jobs {

class Instances {
 public:
  using OnLine = std::function<void(int instance, std::string line)>;
  Instances(const base::Clock& clock, OnLine on_line)
      : clock_(clock), on_line_(std::move(on_line)) {}

  [[nodiscard]] base::Result<void> launch(compute::Launcher& launcher,
                                          const compute::InstanceSpec& spec);
  // Waits up to `for_ms` for something to happen, and takes it in.
  void step(int for_ms);
  // Asks all to end; after `grace` whatever is left is killed.
  void end(std::chrono::seconds grace);
  void kill();

  [[nodiscard]] bool is_ending() const { return deadline_.has_value(); }
  [[nodiscard]] bool have_ended() const;
  // The one that failed first, where one did before it was asked to end.
  [[nodiscard]] std::optional<int> failed() const { return failed_; }
  [[nodiscard]] const compute::Exit& exit_of(int instance) const;
  [[nodiscard]] const compute::Instance& at(int instance) const;
  [[nodiscard]] int count() const { return static_cast<int>(running_.size()); }

 private:
  struct Running {
    std::unique_ptr<compute::Instance> instance;
    compute::LineSplitter splitter = {};
    std::optional<compute::Exit> exit = {};
    bool open = true;  // somebody may still write
  };
  void wait(int for_ms) const;
  void read(int index);
  void tell(int index, std::vector<std::string> lines);
  void look_whether_ended(int index);

  const base::Clock& clock_;
  OnLine on_line_;
  std::vector<Running> running_;
  std::optional<int> failed_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace kennel::jobs

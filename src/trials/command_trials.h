// Trials that are runs of any command: what it is to be told stands in braces in its text, and each
// line of its output that matches an expression is an epoch.
#pragma once

#include "base/disk.h"
#include "trials/search_loop.h"

namespace kennel::trials {

struct CommandOptions {
  // For `sh -c`, with {NAME} for each parameter's value, {epochs} for how many are wanted, {trial}
  // for the number and {folder} for a folder of the trial's own.
  std::string command;
  std::string metric;  // a regular expression; its first group is the objective's value
  base::Path folder;   // each trial has NNN/ in it, with its output in log.txt
  base::Path guard;    // kennel-sandbox, so that a command ends with us, however we end
};

// kInvalid: a name in braces that nothing is known of, a parameter that the command never names, an
// expression with a fault; where `promotes`, a command that never names {epochs}.
[[nodiscard]] base::Result<void> validate(const CommandOptions& options, const tune::Space& space,
                                          bool promotes);

// The command of one trial, its values quoted for the shell.
[[nodiscard]] std::string command_of(const CommandOptions& options, const TrialTask& task);

class CommandTrials final : public TrialRunner {
 public:
  CommandTrials(CommandOptions options, base::Disk& disk);
  // A command that is to stop gets SIGTERM, and is killed after ten seconds. It always begins at
  // its first epoch.
  [[nodiscard]] TrialReturn run(const TrialTask& task,
                                const std::function<void(int, double)>& on_epoch) override;

 private:
  CommandOptions options_;
  base::Disk& disk_;
};

}  // namespace kennel::trials

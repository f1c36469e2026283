// Runs the training jobs that are active: in the order in which they were made, as many at a time
// as the machine has room for, each on a thread of its own.
//
// Jobs that an earlier process of this server left active are taken up: one that had not begun
// begins; one that was being trained ends as failed, because nothing runs twice; one whose outputs
// were on their way is uploaded again. Every call is safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "jobs/runner_parts.h"

namespace kennel::jobs {

class Runner {
 public:
  Runner(RunnerParts parts, RunnerOptions options);
  // Ends what runs, and leaves its records for the next process to take up.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Takes up what is active. `endpoint`: where jobs find this server. Once.
  void start(std::string endpoint);
  // A job was made, or is to be stopped.
  void wake();
  void stop();

 private:
  class Scheduler;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace kennel::jobs

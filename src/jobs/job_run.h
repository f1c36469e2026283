// The life of one training job, from its turn in the queue to its end.
//
//   prepare -> download -> train -> upload -> the end is in the records -> the folder goes
//
// `run` blocks, on a thread of its own; `stop` and `halt` come from others.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "jobs/checkpoints.h"
#include "jobs/inputs.h"
#include "jobs/instances.h"
#include "jobs/job_log.h"
#include "jobs/runner_parts.h"
#include "jobs/upload.h"

namespace kennel::jobs {

struct Place {
  std::string endpoint;  // where the job finds this server
  int slot = 0;          // tells the addresses of jobs that run at once apart
};

class JobRun {
 public:
  JobRun(const RunnerParts& parts, const RunnerOptions& options, Place place, TrainingJob job);

  void run();
  // The job's record says that it is to stop.
  void stop() { stopped_ = true; }
  // The server ends: what runs is killed, the record stays as it is.
  void halt() { halted_ = true; }

 private:
  [[nodiscard]] base::Result<void> live();
  [[nodiscard]] base::Result<void> prepare();
  [[nodiscard]] base::Result<void> download();
  [[nodiscard]] base::Result<void> place_channels(const base::Path& folder, int instance);
  [[nodiscard]] base::Result<void> train();
  [[nodiscard]] base::Result<void> launch_all();
  [[nodiscard]] compute::InstanceSpec spec_of(int instance) const;
  [[nodiscard]] std::map<std::string, std::string> environment_of(
      const compute::InstanceSpec& spec) const;
  void add_classifier(compute::InstanceSpec& spec) const;
  void supervise();
  void enforce_limits();
  void sync_checkpoints(bool settled_only);
  void adopt_features();
  [[nodiscard]] base::Result<void> check_ends();
  [[nodiscard]] std::string failure_of(int instance) const;
  [[nodiscard]] base::Result<void> upload();
  [[nodiscard]] base::Result<void> put_outputs(bool with_model);
  void conclude(const base::Result<void>& outcome);
  void end(Stage stage, const std::string& message, const std::string& failure = {});

  // kInterrupted: the job is to stop, and stays in its stage.
  [[nodiscard]] base::Result<void> enter(Stage stage, const std::string& message);
  [[nodiscard]] bool is_interrupted() const { return stopped_ || halted_; }
  [[nodiscard]] TimePoint now() const { return parts_.clock.calendar_now(); }
  [[nodiscard]] base::Path folder() const { return options_.folder / job_.name; }
  [[nodiscard]] base::Path instance_folder(int instance) const;
  [[nodiscard]] std::vector<JobFolder> folders_of(const std::string& below) const;
  [[nodiscard]] InputParts input_parts() const {
    return {parts_.records, parts_.blobs, parts_.buckets, parts_.objects, parts_.disk};
  }
  [[nodiscard]] bool has_shared_inputs() const;

  const RunnerParts& parts_;
  const RunnerOptions& options_;
  Place place_;
  TrainingJob job_;
  Share share_;
  std::string token_;  // that the job's instances know each other by
  std::vector<std::string> command_;
  std::map<std::string, std::string> credentials_;       // as environment variables
  std::map<std::string, std::vector<InputFile>> files_;  // of each channel
  InputDigests digests_;
  Uploader uploader_;
  std::optional<CheckpointSync> checkpoints_;
  std::unique_ptr<JobLog> log_;
  std::unique_ptr<Instances> instances_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point next_flush_;
  std::chrono::steady_clock::time_point next_sync_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> halted_{false};
};

}  // namespace kennel::jobs

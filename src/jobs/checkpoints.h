// Checkpoints of a job: brought to its instances before it begins, and taken from them while it
// runs. One thread at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "jobs/inputs.h"
#include "jobs/upload.h"

namespace kennel::jobs {

class CheckpointSync {
 public:
  CheckpointSync(Uploader& uploader, S3Uri remote)
      : uploader_(uploader), remote_(std::move(remote)) {}

  // What an earlier job of the same checkpoints left, into a folder.
  [[nodiscard]] base::Result<void> fetch(const InputParts& parts, const JobFolder& folder,
                                         const std::function<bool()>& stopped);
  // Puts what has changed since the last time. `settled_only`: leaves out what changed since the
  // last look, which may still be being written.
  [[nodiscard]] base::Result<void> push(const std::vector<JobFolder>& folders, bool settled_only,
                                        TimePoint now);

 private:
  using Stamp = std::pair<std::uint64_t, std::int64_t>;  // size, time of the last change
  [[nodiscard]] S3Uri remote_of(const std::string& name) const;

  Uploader& uploader_;
  S3Uri remote_;
  std::map<std::string, Stamp> pushed_;
  std::map<std::string, Stamp> looked_at_;
};

}  // namespace kennel::jobs

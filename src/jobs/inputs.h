// The channels of a job: which objects they are, which instance gets which, and how they come to
// lie in a folder. Messages of errors are SageMaker's failure reasons.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "jobs/contract.h"
#include "jobs/training_job.h"
#include "objects/objects.h"

namespace kennel::jobs {

// An object of a channel, and where it lies below the channel's folder.
struct InputFile {
  std::string path;
  std::string bucket;
  std::string key;
};

// Where an object lies below its channel's folder: what its key has beyond the prefix; its last
// part where that is nothing. nullopt: the key cannot be a path ("a/../b").
[[nodiscard]] std::optional<std::string> path_below(std::string_view prefix, std::string_view key);

// The files that a manifest names: [{"prefix": "s3://bucket/folder/"}, "a.jpg", ...]. kInvalid: it
// is none; `uri` is where it lies.
[[nodiscard]] base::Result<std::vector<InputFile>> parse_manifest(std::string_view text,
                                                                  const std::string& uri);

// Every so-manyth of the files, which are in the order of their keys.
[[nodiscard]] std::vector<InputFile> shard_of(const std::vector<InputFile>& files, int instance,
                                              int instances);

struct InputParts {
  const store::Records& records;
  store::Blobs& blobs;
  const objects::Buckets& buckets;
  objects::Objects& objects;
  base::Disk& disk;
};

class Inputs {
 public:
  Inputs(InputParts parts, std::string region) : parts_(parts), region_(std::move(region)) {}

  // The files of a channel. kInvalid: no bucket, no objects, keys that clash, a manifest that is
  // none; kInterrupted: `stopped` said so.
  [[nodiscard]] base::Result<std::vector<InputFile>> find(const TrainingJob& job,
                                                          const Channel& channel) const;
  // Puts files below a folder: as further names of their blobs (never to be written to), or as
  // copies. Tells the digests of what is one blob.
  struct Placement {
    bool links = true;
    const std::function<bool()>& stopped;
  };
  [[nodiscard]] base::Result<std::map<std::string, std::string>> place(
      const std::vector<InputFile>& files, const base::Path& folder,
      const Placement& placement) const;

 private:
  [[nodiscard]] base::Result<std::vector<InputFile>> list(const S3Uri& prefix) const;
  [[nodiscard]] base::Result<std::vector<InputFile>> read_manifest(const S3Uri& manifest) const;
  [[nodiscard]] base::Result<std::optional<std::string>> place_one(
      const InputFile& file, const base::Path& path, const Placement& placement) const;

  InputParts parts_;
  std::string region_;
};

// What the user should know of a channel: it is a bucket's root, and so has what earlier jobs
// wrote.
[[nodiscard]] std::optional<std::string> warning_of(const TrainingJob& job, const Channel& channel,
                                                    const std::vector<InputFile>& files);

}  // namespace kennel::jobs

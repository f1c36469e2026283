// What running training jobs takes, from whoever builds the server.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "access/credentials.h"
#include "base/clock.h"
#include "compute/launcher.h"
#include "jobs/capacity.h"
#include "jobs/training_jobs.h"
#include "objects/objects.h"
#include "observe/logs.h"

namespace kennel::jobs {

// The built-in classifier: what runs, and what it must find.
struct Classifier {
  std::vector<std::string> command;
  std::vector<compute::ReadOnlyMount> mounts;
  std::map<std::string, std::string> environment;
  base::Path feature_cache;  // on the server, shared by all jobs of this image
  base::Path shown_cache;    // where a shielded instance sees a writable view of it
};

struct RunnerOptions {
  base::Path folder;  // where jobs have their folders
  std::string region;
  Machine machine;
  bool strict_capacity = false;  // jobs never wait for room, and types are what they say
  Classifier classifier;
  std::vector<compute::ReadOnlyMount> mounts;      // for every job
  std::map<std::string, std::string> environment;  // the same
};

// All of it outlives the runner.
struct RunnerParts {
  const base::Clock& clock;
  base::Disk& disk;
  store::Records& records;
  store::Blobs& blobs;
  const objects::Buckets& buckets;
  objects::Objects& objects;
  const access::Directory& directory;
  const access::Credentials& credentials;
  observe::Logs& logs;
  TrainingJobs& jobs;
  compute::Launcher& launcher;
  std::function<void(const std::string&)> report_failure;
};

inline constexpr const char* kLogGroup = "/aws/sagemaker/TrainingJobs";

}  // namespace kennel::jobs

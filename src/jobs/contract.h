// SageMaker's training contract on the disk: what an instance finds under /opt/ml/input/config.
// Pure but for `write_contract`.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/disk.h"
#include "jobs/training_job.h"

namespace kennel::jobs {

// "algo-1" ...
[[nodiscard]] std::string host_name(int instance);

[[nodiscard]] nlohmann::json input_data_config(const TrainingJob& job);
[[nodiscard]] nlohmann::json resource_config(const TrainingJob& job, int instance);

// channel -> path below it -> SHA-256 in hex
using InputDigests = std::map<std::string, std::map<std::string, std::string>>;

// Makes the folders of the contract below `folder`, which stands for /opt/ml, and its files.
void write_contract(base::Disk& disk, const base::Path& folder, const TrainingJob& job,
                    int instance, const InputDigests* digests);

// A path as given in a request, without the /opt/ml that it begins with.
[[nodiscard]] std::string below_ml(const std::string& path);

}  // namespace kennel::jobs

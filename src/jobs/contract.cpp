#include "jobs/contract.h"

#include <fmt/format.h>

namespace kennel::jobs {
namespace {

using nlohmann::json;

constexpr const char* kGroup = "homogeneousCluster";
constexpr std::string_view kMl = "/opt/ml";

void write(base::Disk& disk, const base::Path& path, const json& value) {
  const auto file = disk.create(path);
  file->append(base::as_bytes(value.dump(-1, ' ', false, json::error_handler_t::replace)));
}

}  // namespace

std::string host_name(int instance) { return fmt::format("algo-{}", instance + 1); }

json input_data_config(const TrainingJob& job) {
  json config = json::object();
  for (const Channel& channel : job.channels) {
    const bool sharded = channel.distribution == Distribution::kShardedByKey;
    json entry{{"TrainingInputMode", "File"},
               {"S3DistributionType", sharded ? "ShardedByS3Key" : "FullyReplicated"},
               {"RecordWrapperType", channel.record_wrapper}};
    if (!channel.content_type.empty()) entry["ContentType"] = channel.content_type;
    config[channel.name] = std::move(entry);
  }
  return config;
}

json resource_config(const TrainingJob& job, int instance) {
  json hosts = json::array();
  for (int one = 0; one < job.instance_count; ++one) hosts.push_back(host_name(one));
  return {
      {"current_host", host_name(instance)},
      {"current_instance_type", job.instance_type},
      {"current_group_name", kGroup},
      {"hosts", hosts},
      {"instance_groups",
       {{{"instance_group_name", kGroup}, {"instance_type", job.instance_type}, {"hosts", hosts}}}},
      {"network_interface_name", "lo"}};
}

void write_contract(base::Disk& disk, const base::Path& folder, const TrainingJob& job,
                    int instance, const InputDigests* digests) {
  const base::Path config = folder / "input" / "config";
  for (const base::Path& made : {config, folder / "input" / "data", folder / "model",
                                 folder / "output" / "data", folder / "checkpoints"}) {
    disk.make_folders(made);
  }
  if (job.checkpoints) disk.make_folders(folder / below_ml(job.checkpoints->local_path));
  write(disk, config / "hyperparameters.json", job.hyperparameters);
  write(disk, config / "inputdataconfig.json", input_data_config(job));
  write(disk, config / "resourceconfig.json", resource_config(job, instance));
  if (digests != nullptr) write(disk, config / "inputdigests.json", *digests);
}

std::string below_ml(const std::string& path) {
  std::string_view rest = path;
  base::check(rest.starts_with(kMl), "a path of a job lies below /opt/ml");
  rest.remove_prefix(kMl.size());
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return base::Path(rest).lexically_normal().string();
}

}  // namespace kennel::jobs

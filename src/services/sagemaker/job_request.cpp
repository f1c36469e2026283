#include "services/sagemaker/job_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compute/line_metric.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {
namespace {

using wire::Outcome;

constexpr std::int32_t kInstancesMax = 20;
constexpr std::int32_t kRuntimeDefaultS = 86400;
constexpr std::string_view kMl = "/opt/ml/";

tl::unexpected<wire::ApiError> not_available(std::string_view what) {
  return validation_error(
      fmt::format("{} is not available in this version of kennel: leave it out.", what));
}

// Whole features of SageMaker that are not here.
Outcome<void> check_features(const CreateTrainingJobRequest& input) {
  if (input.serverless_job_config) return not_available("ServerlessJobConfig");
  if (input.model_package_config) return not_available("ModelPackageConfig");
  if (input.mlflow_config) return not_available("MlflowConfig");
  if (!input.algorithm_specification) {
    return validation_error("AlgorithmSpecification is required to create a training job.");
  }
  if (!input.resource_config) {
    return validation_error("ResourceConfig is required to create a training job.");
  }
  const ResourceConfig& resources = *input.resource_config;
  if (resources.instance_groups && !resources.instance_groups->empty()) {
    return not_available("ResourceConfig.InstanceGroups (heterogeneous clusters)");
  }
  if (resources.training_plan_arn) return not_available("ResourceConfig.TrainingPlanArn");
  if (resources.keep_alive_period_in_seconds.value_or(0) > 0) {
    return not_available("ResourceConfig.KeepAlivePeriodInSeconds (warm pools)");
  }
  if (input.algorithm_specification->algorithm_name) {
    return not_available("AlgorithmSpecification.AlgorithmName");
  }
  return {};
}

Outcome<jobs::S3Uri> to_uri(const std::string& text, std::string_view where) {
  auto uri = jobs::parse_s3_uri(text);
  if (uri) return *std::move(uri);
  return validation_error(fmt::format("{} is \"{}\": it should be s3://BUCKET/KEY.", where, text));
}

Outcome<void> check_mode(const std::string& mode, std::string_view where) {
  if (mode != "Pipe") return {};
  return validation_error(fmt::format("{} is Pipe, which is not available here: use File.", where));
}

Outcome<jobs::Channel> to_channel(const Channel& channel) {
  const std::string where = fmt::format("The channel {}", channel.channel_name);
  if (!channel.data_source.s3_data_source) {
    return validation_error(
        fmt::format("{} has no S3DataSource, and other sources are not available.", where));
  }
  const S3DataSource& source = *channel.data_source.s3_data_source;
  if (source.s3_data_type != "S3Prefix" && source.s3_data_type != "ManifestFile") {
    return validation_error(
        fmt::format("{} has the S3DataType {}, which is not available: use "
                    "S3Prefix or ManifestFile.",
                    where, source.s3_data_type));
  }
  if (channel.compression_type.value_or("None") != "None") {
    return validation_error(
        fmt::format("{} has the CompressionType {}, which is not available: use None.", where,
                    *channel.compression_type));
  }
  KENNEL_TRY_VOID(check_mode(channel.input_mode.value_or("File"), where + "'s InputMode"));
  jobs::Channel to{.name = channel.channel_name};
  KENNEL_TRY(to.data, to_uri(source.s3_uri, where + "'s S3Uri"));
  const bool manifest = source.s3_data_type == "ManifestFile";
  to.kind = manifest ? jobs::DataKind::kManifest : jobs::DataKind::kPrefix;
  const bool sharded =
      source.s3_data_distribution_type.value_or("FullyReplicated") == "ShardedByS3Key";
  to.distribution =
      sharded ? jobs::Distribution::kShardedByKey : jobs::Distribution::kFullyReplicated;
  to.content_type = channel.content_type.value_or("");
  to.record_wrapper = channel.record_wrapper_type.value_or("None");
  return to;
}

Outcome<std::vector<jobs::Channel>> to_channels(const std::vector<Channel>& channels) {
  std::vector<jobs::Channel> list;
  std::set<std::string_view> names;
  for (const Channel& channel : channels) {
    if (channel.channel_name == "." || channel.channel_name == "..") {
      return validation_error(
          fmt::format("\"{}\" cannot be the name of a channel.", channel.channel_name));
    }
    if (!names.insert(channel.channel_name).second) {
      return validation_error(
          fmt::format("InputDataConfig has two channels named {}.", channel.channel_name));
    }
    KENNEL_TRY(auto one, to_channel(channel));
    list.push_back(std::move(one));
  }
  return list;
}

Outcome<void> check_regex(const MetricDefinition& definition) {
  const auto fault = compute::find_regex_fault(definition.regex);
  if (!fault) return {};
  return validation_error(fmt::format("The metric \"{}\" has the regex \"{}\", which {}.",
                                      definition.name, definition.regex, *fault));
}

Outcome<void> take_algorithm(const AlgorithmSpecification& algorithm, jobs::TrainingJob& job) {
  KENNEL_TRY_VOID(check_mode(algorithm.training_input_mode, "TrainingInputMode"));
  if (!algorithm.training_image) {
    return validation_error("AlgorithmSpecification.TrainingImage is required.");
  }
  job.image = *algorithm.training_image;
  job.entrypoint = algorithm.container_entrypoint.value_or(std::vector<std::string>{});
  job.arguments = algorithm.container_arguments.value_or(std::vector<std::string>{});
  for (const auto& one : algorithm.metric_definitions.value_or(std::vector<MetricDefinition>{})) {
    KENNEL_TRY_VOID(check_regex(one));
    job.metric_definitions.push_back({one.name, one.regex});
  }
  return {};
}

Outcome<void> take_resources(const ResourceConfig& resources, jobs::TrainingJob& job) {
  if (!resources.instance_type || !resources.instance_count) {
    return validation_error("ResourceConfig needs InstanceType and InstanceCount.");
  }
  if (*resources.instance_count < 1 || *resources.instance_count > kInstancesMax) {
    return validation_error(fmt::format("ResourceConfig.InstanceCount is {}: it may be 1 to {}.",
                                        *resources.instance_count, kInstancesMax));
  }
  job.instance_type = *resources.instance_type;
  job.instance_count = *resources.instance_count;
  job.volume_gib = std::max(resources.volume_size_in_gb.value_or(30), 1);
  return {};
}

Outcome<void> take_stopping(const CreateTrainingJobRequest& input, jobs::TrainingJob& job) {
  const StoppingCondition stopping = input.stopping_condition.value_or(StoppingCondition{});
  const std::int32_t runtime = stopping.max_runtime_in_seconds.value_or(kRuntimeDefaultS);
  job.runtime_max = std::chrono::seconds(runtime);
  const bool spot = input.enable_managed_spot_training.value_or(false);
  if (stopping.max_wait_time_in_seconds && !spot) {
    return validation_error(
        "MaxWaitTimeInSeconds above 0 is supported only when EnableManagedSpotTraining is set to "
        "true.");
  }
  if (spot && stopping.max_wait_time_in_seconds.value_or(0) < runtime) {
    return validation_error(
        "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
        "MaxRuntimeInSeconds");
  }
  return {};
}

Outcome<void> take_checkpoints(const CheckpointConfig& config, jobs::TrainingJob& job) {
  jobs::Checkpoints checkpoints;
  KENNEL_TRY(checkpoints.remote, to_uri(config.s3_uri, "CheckpointConfig.S3Uri"));
  if (config.local_path) checkpoints.local_path = *config.local_path;
  const std::string& path = checkpoints.local_path;
  const auto lies_in = [&path](std::string_view folder) {
    return path == folder || path.starts_with(std::string(folder) + "/");
  };
  const bool below = path.starts_with(kMl) && path.size() > kMl.size() && !path.ends_with('/') &&
                     path.find("..") == std::string::npos && path.find("//") == std::string::npos;
  if (!below || lies_in("/opt/ml/input") || lies_in("/opt/ml/model") || lies_in("/opt/ml/output")) {
    return validation_error(
        fmt::format("CheckpointConfig.LocalPath is {}: it must lie below /opt/ml, and not in "
                    "input, model or output.",
                    path));
  }
  job.checkpoints = std::move(checkpoints);
  return {};
}

// What was asked, to be told again: with the values that SageMaker fills in.
wire::Document to_echo(CreateTrainingJobRequest input) {
  if (!input.output_data_config.kms_key_id) input.output_data_config.kms_key_id = "";
  if (!input.stopping_condition) input.stopping_condition.emplace();
  if (!input.stopping_condition->max_runtime_in_seconds) {
    input.stopping_condition->max_runtime_in_seconds = kRuntimeDefaultS;
  }
  if (!input.resource_config->volume_size_in_gb) input.resource_config->volume_size_in_gb = 30;
  if (input.checkpoint_config && !input.checkpoint_config->local_path) {
    input.checkpoint_config->local_path = "/opt/ml/checkpoints";
  }
  for (auto* flag : {&input.enable_network_isolation, &input.enable_managed_spot_training,
                     &input.enable_inter_container_traffic_encryption}) {
    if (!*flag) *flag = false;
  }
  if (input.input_data_config) {
    for (Channel& channel : *input.input_data_config) {
      if (!channel.compression_type) channel.compression_type = "None";
      if (!channel.record_wrapper_type) channel.record_wrapper_type = "None";
    }
  }
  input.tags.reset();
  return to_document(input);
}

}  // namespace

Outcome<jobs::TrainingJob> to_job(const CreateTrainingJobRequest& input) {
  KENNEL_TRY_VOID(check_features(input));
  jobs::TrainingJob job;
  job.name = input.training_job_name;
  job.role_arn = input.role_arn;
  KENNEL_TRY_VOID(take_algorithm(*input.algorithm_specification, job));
  KENNEL_TRY_VOID(take_resources(*input.resource_config, job));
  KENNEL_TRY_VOID(take_stopping(input, job));
  job.hyperparameters = input.hyper_parameters.value_or(std::map<std::string, std::string>{});
  job.environment = input.environment.value_or(std::map<std::string, std::string>{});
  if (input.input_data_config) {
    KENNEL_TRY(job.channels, to_channels(*input.input_data_config));
  }
  KENNEL_TRY(job.output,
             to_uri(input.output_data_config.s3_output_path, "OutputDataConfig.S3OutputPath"));
  job.output_packed = input.output_data_config.compression_type.value_or("GZIP") == "GZIP";
  if (input.checkpoint_config) {
    KENNEL_TRY_VOID(take_checkpoints(*input.checkpoint_config, job));
  }
  job.isolated = input.enable_network_isolation.value_or(false);
  job.request = to_echo(input);
  jobs::S3Uri model = jobs::output_folder(job);
  model.key += job.output_packed ? "/model.tar.gz" : "/model/";
  job.model_uri = model.to_string();
  return job;
}

}  // namespace kennel::services::sagemaker

#include "services/sagemaker/job_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::services::sagemaker {
namespace {

using testing::HasSubstr;

Channel channel(const std::string& name, const std::string& uri = "s3://dogs/train") {
  Channel one;
  one.channel_name = name;
  one.data_source.s3_data_source.emplace();
  one.data_source.s3_data_source->s3_data_type = "S3Prefix";
  one.data_source.s3_data_source->s3_uri = uri;
  return one;
}

CreateTrainingJobRequest request() {
  CreateTrainingJobRequest input;
  input.training_job_name = "dogs-1";
  input.role_arn = "arn:aws:iam::000000000000:role/r";
  input.algorithm_specification.emplace();
  input.algorithm_specification->training_image = "kennel/process";
  input.algorithm_specification->training_input_mode = "File";
  input.resource_config.emplace();
  input.resource_config->instance_type = "ml.m5.xlarge";
  input.resource_config->instance_count = 2;
  input.output_data_config.s3_output_path = "s3://models/runs/";
  input.input_data_config = {{channel("train")}};
  return input;
}

std::string refusal(const CreateTrainingJobRequest& input) {
  const auto job = to_job(input);
  if (job) return "taken";
  EXPECT_EQ(job.error().code, "ValidationException");
  return job.error().message;
}

TEST(JobRequest, BecomesAJobWithSageMakersDefaults) {
  const jobs::TrainingJob job = to_job(request()).value();
  EXPECT_EQ(job.name, "dogs-1");
  EXPECT_EQ(job.instance_count, 2);
  EXPECT_EQ(job.volume_gib, 30);
  EXPECT_EQ(job.runtime_max, std::chrono::seconds(86400));
  EXPECT_FALSE(job.isolated);
  EXPECT_EQ(job.channels.at(0).data.to_string(), "s3://dogs/train");
  EXPECT_EQ(job.channels.at(0).distribution, jobs::Distribution::kFullyReplicated);
  EXPECT_EQ(job.model_uri, "s3://models/runs/dogs-1/output/model.tar.gz");
}

TEST(JobRequest, IsKeptToBeToldAgain) {
  CreateTrainingJobRequest input = request();
  input.debug_hook_config.emplace().s3_output_path = "s3://models/debug";
  input.tags = {{{"a", "b"}}};
  const jobs::TrainingJob job = to_job(input).value();
  EXPECT_EQ(job.request["DebugHookConfig"]["S3OutputPath"], "s3://models/debug");
  EXPECT_EQ(job.request["OutputDataConfig"]["KmsKeyId"], "");
  EXPECT_EQ(job.request["StoppingCondition"]["MaxRuntimeInSeconds"], 86400);
  EXPECT_FALSE(job.request.contains("Tags"));
}

TEST(JobRequest, MaySendItsOutputUnpacked) {
  CreateTrainingJobRequest input = request();
  input.output_data_config.compression_type = "NONE";
  const jobs::TrainingJob job = to_job(input).value();
  EXPECT_FALSE(job.output_packed);
  EXPECT_EQ(job.model_uri, "s3://models/runs/dogs-1/output/model/");
}

TEST(JobRequest, TellsWhatIsNotAvailableByItsName) {
  CreateTrainingJobRequest input = request();
  input.algorithm_specification->training_input_mode = "Pipe";
  EXPECT_THAT(refusal(input), HasSubstr("TrainingInputMode is Pipe"));
  input = request();
  input.serverless_job_config.emplace();
  EXPECT_THAT(refusal(input), HasSubstr("ServerlessJobConfig"));
  input = request();
  input.resource_config->instance_groups = {{InstanceGroup{"ml.m5.large", 1, "a"}}};
  EXPECT_THAT(refusal(input), HasSubstr("InstanceGroups"));
  input = request();
  input.resource_config->keep_alive_period_in_seconds = 60;
  EXPECT_THAT(refusal(input), HasSubstr("KeepAlivePeriodInSeconds"));
  input = request();
  input.input_data_config->at(0).compression_type = "Gzip";
  EXPECT_THAT(refusal(input), HasSubstr("channel train has the CompressionType Gzip"));
  input = request();
  input.input_data_config->at(0).data_source.s3_data_source->s3_data_type = "AugmentedManifestFile";
  EXPECT_THAT(refusal(input), HasSubstr("AugmentedManifestFile"));
}

TEST(JobRequest, MustMakeSense) {
  CreateTrainingJobRequest input = request();
  input.output_data_config.s3_output_path = "models/runs";
  EXPECT_THAT(refusal(input), HasSubstr("S3OutputPath is \"models/runs\""));
  input = request();
  input.input_data_config = {{channel("train"), channel("train")}};
  EXPECT_THAT(refusal(input), HasSubstr("two channels named train"));
  input = request();
  input.resource_config->instance_count = 0;
  EXPECT_THAT(refusal(input), HasSubstr("InstanceCount is 0"));
  input = request();
  input.checkpoint_config.emplace(CheckpointConfig{"s3://models/cp", "/etc"});
  EXPECT_THAT(refusal(input), HasSubstr("below /opt/ml"));
  input.checkpoint_config->local_path = "/opt/ml/../../etc";
  EXPECT_THAT(refusal(input), HasSubstr("below /opt/ml"));
  input = request();
  input.algorithm_specification.reset();
  EXPECT_THAT(refusal(input), HasSubstr("AlgorithmSpecification"));
}

TEST(JobRequest, WantsMetricsThatCanBeFound) {
  CreateTrainingJobRequest input = request();
  input.algorithm_specification->metric_definitions = {
      {MetricDefinition{"loss", "loss=([0-9.]+)"}}};
  EXPECT_EQ(to_job(input)->metric_definitions.at(0).name, "loss");
  input.algorithm_specification->metric_definitions->at(0).regex = "loss=(";
  EXPECT_THAT(refusal(input), HasSubstr("is no regular expression"));
  input.algorithm_specification->metric_definitions->at(0).regex = "loss=.*";
  EXPECT_THAT(refusal(input), HasSubstr("no group"));
}

TEST(JobRequest, KnowsTheRulesOfSpotTraining) {
  CreateTrainingJobRequest input = request();
  input.stopping_condition.emplace(StoppingCondition{100, 200, std::nullopt});
  EXPECT_THAT(refusal(input), HasSubstr("only when EnableManagedSpotTraining"));
  input.enable_managed_spot_training = true;
  EXPECT_EQ(refusal(input), "taken");
  input.stopping_condition->max_wait_time_in_seconds = 50;
  EXPECT_THAT(refusal(input), HasSubstr("Invalid MaxWaitTimeInSeconds"));
}

}  // namespace
}  // namespace kennel::services::sagemaker

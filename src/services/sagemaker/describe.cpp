#include "services/sagemaker/sagemaker.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {
namespace {

constexpr const char* kNotEvaluated = "rule evaluation is not available in this version";

std::vector<SecondaryStatusTransition> to_transitions(const jobs::TrainingJob& job) {
  std::vector<SecondaryStatusTransition> list;
  for (const jobs::Transition& transition : job.transitions) {
    list.push_back({std::string(jobs::to_name(transition.stage)), transition.start, transition.end,
                    transition.message});
  }
  return list;
}

std::optional<std::vector<MetricData>> to_metrics(const jobs::TrainingJob& job) {
  if (job.metrics.empty()) return std::nullopt;
  std::vector<MetricData> list;
  for (const jobs::FinalMetric& metric : job.metrics) {
    list.push_back({metric.name, metric.value, metric.time});
  }
  return list;
}

// Of each rule that was asked for: that nobody looks, rather than that nothing was found.
template <class Status, class Configuration>
std::optional<std::vector<Status>> to_statuses(
    const std::optional<std::vector<Configuration>>& configurations, jobs::TimePoint time) {
  if (!configurations) return std::nullopt;
  std::vector<Status> list;
  for (const Configuration& configuration : *configurations) {
    list.push_back({.rule_configuration_name = configuration.rule_configuration_name,
                    .rule_evaluation_status = "Error",
                    .status_details = kNotEvaluated,
                    .last_modified_time = time});
  }
  return list;
}

}  // namespace

wire::Outcome<DescribeTrainingJobResponse> SageMaker::handle(
    DescribeTrainingJob, const Call& call, const DescribeTrainingJobRequest& input) {
  const auto job = parts_.jobs.find(input.training_job_name);
  if (!job) return no_such_resource();
  DescribeTrainingJobResponse response;
  from_document(job->request, response);
  response.training_job_name = job->name;
  response.training_job_arn = job->arn;
  response.role_arn = job->role_arn;
  response.model_artifacts.s3_model_artifacts = job->model_uri;
  response.training_job_status = jobs::to_name(job->status());
  response.secondary_status = jobs::to_name(job->stage);
  if (!job->failure_reason.empty()) response.failure_reason = job->failure_reason;
  response.creation_time = job->created;
  response.training_start_time = job->started;
  if (job->started) response.training_end_time = job->ended;
  response.last_modified_time = job->modified;
  response.secondary_status_transitions = to_transitions(*job);
  response.final_metric_data_list = to_metrics(*job);
  if (job->started && job->ended) {
    const auto seconds = static_cast<std::int32_t>(job->billed(call.now).count());
    response.training_time_in_seconds = seconds;
    response.billable_time_in_seconds = seconds;
  }
  response.debug_rule_evaluation_statuses =
      to_statuses<DebugRuleEvaluationStatus>(response.debug_rule_configurations, job->modified);
  response.profiler_rule_evaluation_statuses = to_statuses<ProfilerRuleEvaluationStatus>(
      response.profiler_rule_configurations, job->modified);
  const bool profiles =
      response.profiler_config && !response.profiler_config->disable_profiler.value_or(false);
  response.profiling_status = profiles ? "Enabled" : "Disabled";
  return response;
}

}  // namespace kennel::services::sagemaker

#include "base/bytes.h"
#include "base/digest.h"
#include "services/sagemaker/sagemaker.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {
namespace {

using wire::Outcome;

constexpr std::int32_t kPageDefault = 10;
constexpr std::size_t kMarkBytes = 8;

// Tells the tokens of one query from those of another.
std::string mark_of(ListTrainingJobsRequest input) {
  input.next_token.reset();
  input.max_results.reset();
  return base::sha256(base::as_bytes(to_document(input).dump())).hex().substr(0, kMarkBytes);
}

std::string to_token(const std::string& mark, const std::string& position) {
  return base::to_base64(base::as_bytes(mark + position));
}

Outcome<std::string> from_token(const std::optional<std::string>& token, const std::string& mark) {
  if (!token) return std::string();
  const auto bytes = base::from_base64(*token);
  const std::string_view text = bytes ? base::as_text(*bytes) : std::string_view();
  if (text.starts_with(mark)) return std::string(text.substr(mark.size()));
  return validation_error("The NextToken is invalid: it belongs to no page of this query.");
}

jobs::JobOrder to_order(std::string_view name) {
  if (name == "Name") return jobs::JobOrder::kName;
  return name == "Status" ? jobs::JobOrder::kStatus : jobs::JobOrder::kCreated;
}

TrainingJobSummary to_summary(const jobs::JobSummary& job) {
  TrainingJobSummary summary;
  summary.training_job_name = job.name;
  summary.training_job_arn = job.arn;
  summary.creation_time = job.created;
  summary.training_end_time = job.ended;
  summary.last_modified_time = job.modified;
  summary.training_job_status = jobs::to_name(jobs::status_of(job.stage));
  summary.secondary_status = jobs::to_name(job.stage);
  return summary;
}

}  // namespace

Outcome<ListTrainingJobsResponse> SageMaker::handle(ListTrainingJobs, const Call&,
                                                    const ListTrainingJobsRequest& input) {
  const std::string mark = mark_of(input);
  jobs::JobQuery query{.order = to_order(input.sort_by.value_or("CreationTime")),
                       .descending = input.sort_order.value_or("Descending") == "Descending",
                       .name_contains = input.name_contains.value_or(""),
                       .created_after = input.creation_time_after,
                       .created_before = input.creation_time_before,
                       .modified_after = input.last_modified_time_after,
                       .modified_before = input.last_modified_time_before};
  ListTrainingJobsResponse response;
  if (input.status_equals) {
    query.status = jobs::find_job_status(*input.status_equals);
    if (!query.status) return response;  // one that no job of ours is ever in
  }
  // No job has a warm pool or a plan.
  if (input.warm_pool_status_equals || input.training_plan_arn_equals) return response;
  KENNEL_TRY(query.after, from_token(input.next_token, mark));
  query.limit = static_cast<std::size_t>(input.max_results.value_or(kPageDefault));
  const auto page = parts_.jobs.list(query);
  if (!page) return to_error(page.error());
  for (const jobs::JobSummary& job : page->jobs) {
    response.training_job_summaries.push_back(to_summary(job));
  }
  if (!page->next.empty()) response.next_token = to_token(mark, page->next);
  return response;
}

}  // namespace kennel::services::sagemaker

#include <fmt/format.h>

#include "access/trust.h"
#include "services/sagemaker/job_request.h"
#include "services/sagemaker/sagemaker.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {
namespace {

using wire::Outcome;

constexpr const char* kPrincipal = "sagemaker.amazonaws.com";

Outcome<void> check_role(const access::Directory& directory, const std::string& arn) {
  const auto role = directory.find_role_by_arn(arn);
  if (role && access::trusts_service(*role, kPrincipal)) return {};
  return validation_error(
      fmt::format("Could not assume role {}. Please ensure that the role exists and allows "
                  "principal '{}' to assume the role.",
                  arn, kPrincipal));
}

}  // namespace

wire::ServiceBinding SageMaker::bind() { return wire::bind_service<Operations>(kService, *this); }

Outcome<CreateTrainingJobResponse> SageMaker::handle(CreateTrainingJob, const Call& call,
                                                     const CreateTrainingJobRequest& input) {
  KENNEL_TRY(jobs::TrainingJob job, to_job(input));
  KENNEL_TRY_VOID(check_role(parts_.directory, input.role_arn));
  KENNEL_TRY_VOID(merge_tags(input.tags.value_or(std::vector<Tag>{}), job.tags));
  job.arn = training_job_arn(call.region, parts_.account, job.name);
  jobs::begin(job, call.now);
  const auto created = parts_.jobs.create(job);
  if (!created && created.error().kind == base::ErrorKind::kConflict) {
    return resource_in_use(
        fmt::format("Training job names must be unique within an AWS account and region, and a "
                    "training job with this name already exists ({})",
                    job.arn));
  }
  if (!created) return to_error(created.error());
  parts_.wake();
  return CreateTrainingJobResponse{job.arn};
}

}  // namespace kennel::services::sagemaker

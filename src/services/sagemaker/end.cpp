#include <fmt/format.h>

#include "services/sagemaker/sagemaker.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {

using wire::Outcome;

Outcome<StopTrainingJob::Output> SageMaker::handle(StopTrainingJob, const Call& call,
                                                   const StopTrainingJobRequest& input) {
  bool ended = false;
  const auto job = parts_.jobs.update(input.training_job_name, [&](jobs::TrainingJob& one) {
    ended = !one.is_active();
    if (one.status() != jobs::JobStatus::kInProgress) return false;
    jobs::advance(one, jobs::Stage::kStopping, "Stopping the training job", call.now);
    return true;
  });
  if (!job) return to_error(job.error());
  if (ended) {
    return validation_error(
        fmt::format("The request was rejected because the training job is in status {}.",
                    jobs::to_name(job->status())));
  }
  parts_.wake();
  return StopTrainingJob::Output{};
}

Outcome<DeleteTrainingJob::Output> SageMaker::handle(DeleteTrainingJob, const Call&,
                                                     const DeleteTrainingJobRequest& input) {
  const auto removed = parts_.jobs.remove(input.training_job_name);
  if (removed) return DeleteTrainingJob::Output{};
  if (removed.error().kind != base::ErrorKind::kConflict) return to_error(removed.error());
  return resource_in_use(
      fmt::format("The training job {} cannot be deleted while it is in progress: stop it first.",
                  input.training_job_name));
}

}  // namespace kennel::services::sagemaker

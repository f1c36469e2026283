// From CreateTrainingJob's request to a job: what we have is taken, what we don't have is refused
// by name. Pure.
#pragma once

#include <string_view>

#include "jobs/training_job.h"
#include "services/sagemaker/model.h"
#include "wire/api_error.h"

namespace kennel::services::sagemaker {

// Without ARN, tags and state.
[[nodiscard]] wire::Outcome<jobs::TrainingJob> to_job(const CreateTrainingJobRequest& input);

}  // namespace kennel::services::sagemaker

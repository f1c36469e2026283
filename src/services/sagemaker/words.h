// Between room jobs and SageMaker's wire: errors and names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jobs/training_job.h"
#include "services/sagemaker/model.h"
#include "wire/api_error.h"

namespace kennel::services::sagemaker {

[[nodiscard]] tl::unexpected<wire::ApiError> validation_error(std::string message);
// As SageMaker words it for whatever is not there.
[[nodiscard]] tl::unexpected<wire::ApiError> no_such_resource();
[[nodiscard]] tl::unexpected<wire::ApiError> to_error(const base::Error& error);

// "arn:aws:sagemaker:us-east-1:000000000000:training-job/dogs-1"
[[nodiscard]] std::string training_job_arn(std::string_view region, std::string_view account,
                                           std::string_view name);

inline constexpr std::size_t kTagsMax = 50;
// Adds tags, or gives those that are there another value. Refused: too many.
[[nodiscard]] wire::Outcome<void> merge_tags(const std::vector<Tag>& added,
                                             std::vector<access::Tag>& tags);
[[nodiscard]] std::vector<Tag> from_tags(const std::vector<access::Tag>& tags);

}  // namespace kennel::services::sagemaker

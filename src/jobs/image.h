// What an image name stands for here: no container is pulled.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "jobs/training_job.h"

namespace kennel::jobs {

enum class Image {
  kClassifier,  // kennel/image-classifier, and SageMaker's built-in image-classification
  kProcess,     // kennel/process: the job's own entrypoint
  kOther,
};

// Registry, tag and digest do not count.
[[nodiscard]] Image recognize_image(std::string_view name);

// What a job runs, `classifier` being the built-in one's command. kInvalid: nothing here can run
// it; the message is a failure reason.
[[nodiscard]] base::Result<std::vector<std::string>> command_of(
    const TrainingJob& job, const std::vector<std::string>& classifier);

}  // namespace kennel::jobs

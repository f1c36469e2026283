// SageMaker: training jobs, one function an operation. The state is room jobs'; here are AWS's
// names, limits and sentences. Functions run on the pool, several at a time.
#pragma once

#include <functional>

#include "access/directory.h"
#include "jobs/training_jobs.h"
#include "services/sagemaker/model.h"
#include "wire/call.h"

namespace kennel::services::sagemaker {

// All of it outlives the service.
struct SageMakerParts {
  jobs::TrainingJobs& jobs;
  const access::Directory& directory;
  std::string account;
  std::function<void()> wake;  // a job was made, or is to be stopped
};

class SageMaker {
 public:
  explicit SageMaker(SageMakerParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] wire::ServiceBinding bind();

  template <class Operation>
  using Answer = wire::Outcome<typename Operation::Output>;
  using Call = wire::Call;

  // create.cpp
  Answer<CreateTrainingJob> handle(CreateTrainingJob, const Call& call,
                                   const CreateTrainingJobRequest& input);
  // describe.cpp
  Answer<DescribeTrainingJob> handle(DescribeTrainingJob, const Call& call,
                                     const DescribeTrainingJobRequest& input);
  // list.cpp
  Answer<ListTrainingJobs> handle(ListTrainingJobs, const Call& call,
                                  const ListTrainingJobsRequest& input);
  // end.cpp
  Answer<StopTrainingJob> handle(StopTrainingJob, const Call& call,
                                 const StopTrainingJobRequest& input);
  Answer<DeleteTrainingJob> handle(DeleteTrainingJob, const Call& call,
                                   const DeleteTrainingJobRequest& input);
  // tags.cpp
  Answer<AddTags> handle(AddTags, const Call& call, const AddTagsInput& input);
  Answer<ListTags> handle(ListTags, const Call& call, const ListTagsInput& input);
  Answer<DeleteTags> handle(DeleteTags, const Call& call, const DeleteTagsInput& input);

 private:
  SageMakerParts parts_;
};

}  // namespace kennel::services::sagemaker

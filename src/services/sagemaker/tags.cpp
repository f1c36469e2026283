#include <algorithm>

#include "services/sagemaker/sagemaker.h"
#include "services/sagemaker/words.h"

namespace kennel::services::sagemaker {
namespace {

using wire::Outcome;

// The name of the job whose ARN it is, to the letter: policies are about that one.
Outcome<std::string> name_in(const jobs::TrainingJobs& jobs, const std::string& arn) {
  const auto job = jobs.find_by_arn(arn);
  if (!job) return no_such_resource();
  return job->name;
}

}  // namespace

Outcome<AddTagsOutput> SageMaker::handle(AddTags, const Call&, const AddTagsInput& input) {
  KENNEL_TRY(const std::string name, name_in(parts_.jobs, input.resource_arn));
  Outcome<void> merged;
  const auto job = parts_.jobs.update(name, [&](jobs::TrainingJob& one) {
    merged = merge_tags(input.tags, one.tags);
    return merged.has_value();
  });
  if (!merged) return tl::unexpected(merged.error());
  if (!job) return to_error(job.error());
  return AddTagsOutput{from_tags(job->tags)};
}

Outcome<ListTagsOutput> SageMaker::handle(ListTags, const Call&, const ListTagsInput& input) {
  const auto job = parts_.jobs.find_by_arn(input.resource_arn);
  if (!job) return no_such_resource();
  return ListTagsOutput{from_tags(job->tags), std::nullopt};
}

Outcome<DeleteTagsOutput> SageMaker::handle(DeleteTags, const Call&, const DeleteTagsInput& input) {
  KENNEL_TRY(const std::string name, name_in(parts_.jobs, input.resource_arn));
  const auto job = parts_.jobs.update(name, [&](jobs::TrainingJob& one) {
    return std::erase_if(one.tags, [&](const access::Tag& tag) {
             return std::ranges::find(input.tag_keys, tag.key) != input.tag_keys.end();
           }) > 0;
  });
  if (!job) return to_error(job.error());
  return DeleteTagsOutput{};
}

}  // namespace kennel::services::sagemaker

#include "services/sagemaker/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/field.h"

namespace kennel::services::sagemaker {

tl::unexpected<wire::ApiError> validation_error(std::string message) {
  return wire::refuse({"ValidationException", 400, std::move(message)});
}

tl::unexpected<wire::ApiError> no_such_resource() {
  return validation_error("Requested resource not found.");
}

tl::unexpected<wire::ApiError> to_error(const base::Error& error) {
  switch (error.kind) {
    case base::ErrorKind::kNotFound:
      return no_such_resource();
    case base::ErrorKind::kThrottled:
      return wire::refuse({"ThrottlingException", 400, "Rate exceeded"});
    default:
      return validation_error(error.message);
  }
}

std::string training_job_arn(std::string_view region, std::string_view account,
                             std::string_view name) {
  return fmt::format("arn:aws:sagemaker:{}:{}:training-job/{}", region, account,
                     base::to_lower(name));
}

wire::Outcome<void> merge_tags(const std::vector<Tag>& added, std::vector<access::Tag>& tags) {
  for (const Tag& tag : added) {
    const auto same = std::ranges::find(tags, tag.key, &access::Tag::key);
    if (same == tags.end()) {
      tags.push_back({tag.key, tag.value});
    } else {
      same->value = tag.value;
    }
  }
  if (tags.size() <= kTagsMax) return {};
  return validation_error(
      fmt::format("The number of tags on a resource cannot exceed {}.", kTagsMax));
}

std::vector<Tag> from_tags(const std::vector<access::Tag>& tags) {
  std::vector<Tag> list;
  for (const access::Tag& tag : tags) list.push_back({tag.key, tag.value});
  return list;
}

}  // namespace kennel::services::sagemaker

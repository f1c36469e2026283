#include "services/s3/attributes.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

constexpr std::size_t kObjectTagsMax = 10;

template <class Input>
About about(const Input& input) {
  return {.bucket = input.bucket,
          .key = input.key,
          .version_id = input.version_id ? std::string_view(*input.version_id) : ""};
}

}  // namespace

S3::Answer<GetObjectTagging> S3::handle(GetObjectTagging, const Call&,
                                        const GetObjectTaggingRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  KENNEL_TRY(const auto version,
             answered(parts_.objects.get(input.bucket, input.key, input.version_id), about(input)));
  GetObjectTaggingOutput output;
  output.tag_set = from_tags(version.attributes.tags);
  output.version_id = shown_version(version, bucket.versioning);
  return output;
}

S3::Answer<PutObjectTagging> S3::handle(PutObjectTagging, const Call&,
                                        const PutObjectTaggingRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  KENNEL_TRY(const Tags tags, to_tags(input.tagging.tag_set, kObjectTagsMax));
  const auto change = [&tags](objects::Attributes& attributes) { attributes.tags = tags; };
  KENNEL_TRY(const auto version, answered(parts_.objects.change_attributes(
                                              input.bucket, input.key, input.version_id, change),
                                          about(input)));
  PutObjectTaggingOutput output;
  output.version_id = shown_version(version, bucket.versioning);
  return output;
}

S3::Answer<DeleteObjectTagging> S3::handle(DeleteObjectTagging, const Call&,
                                           const DeleteObjectTaggingRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  const auto change = [](objects::Attributes& attributes) { attributes.tags.clear(); };
  KENNEL_TRY(const auto version, answered(parts_.objects.change_attributes(
                                              input.bucket, input.key, input.version_id, change),
                                          about(input)));
  DeleteObjectTaggingOutput output;
  output.version_id = shown_version(version, bucket.versioning);
  return output;
}

}  // namespace kennel::services::s3

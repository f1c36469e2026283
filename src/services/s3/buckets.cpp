#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/digest.h"
#include "objects/listing.h"
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

using wire::Outcome;

constexpr const char* kDefaultRegion = "us-east-1";

std::string arn_of(std::string_view bucket) { return fmt::format("arn:aws:s3:::{}", bucket); }

tl::unexpected<wire::ApiError> illegal_location(std::string_view constraint) {
  return fail("IllegalLocationConstraintException", 400,
              fmt::format("The {} location constraint is incompatible for the region specific "
                          "endpoint this request was sent to.",
                          constraint));
}

// Empty, "EU", or "eu-central-1".
bool looks_like_a_region(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (text.empty() || text == "EU") return true;
  return text.find_first_not_of(kLetters) == std::string_view::npos &&
         std::ranges::count(text, '-') >= 2 &&
         std::isdigit(static_cast<unsigned char>(text.back()));
}

// Where a bucket is to be: what the client says must fit where it asks.
Outcome<std::string> region_of(const wire::Call& call, const CreateBucketRequest& input) {
  const auto& configuration = input.create_bucket_configuration;
  std::string constraint =
      configuration ? configuration->location_constraint.value_or("") : std::string();
  if (constraint == kDefaultRegion || !looks_like_a_region(constraint)) {
    return fail("InvalidLocationConstraint", 400, "The specified location-constraint is not valid",
                {{"LocationConstraint", constraint}});
  }
  if (call.region == kDefaultRegion) {
    return constraint.empty() ? std::string(kDefaultRegion) : constraint;
  }
  if (constraint.empty()) return illegal_location("unspecified");
  if (constraint != call.region) return illegal_location(constraint);
  return constraint;
}

}  // namespace

Owner S3::owner() const {
  // As long as AWS's canonical ids, and always the same for an account.
  Owner owner;
  owner.id = base::sha256(base::as_bytes("canonical id of " + parts_.account)).hex();
  return owner;
}

S3::Answer<ListBuckets> S3::handle(ListBuckets, const Call&, const ListBucketsRequest& input) {
  constexpr std::size_t kBucketsMax = 10'000;
  const auto limit =
      static_cast<std::size_t>(input.max_buckets.value_or(static_cast<std::int32_t>(kBucketsMax)));
  const auto page =
      parts_.buckets.list(input.prefix.value_or(""), input.continuation_token.value_or(""), limit);
  ListBucketsOutput output;
  output.owner = owner();
  output.prefix = input.prefix;
  output.buckets.emplace();
  for (const objects::Bucket& bucket : page.buckets) {
    if (input.bucket_region && *input.bucket_region != bucket.region) continue;
    Bucket shown;
    shown.name = bucket.name;
    shown.creation_date = in_seconds(bucket.created);
    shown.bucket_region = bucket.region;
    shown.bucket_arn = arn_of(bucket.name);
    output.buckets->push_back(std::move(shown));
  }
  if (page.truncated) output.continuation_token = page.buckets.back().name;
  return output;
}

S3::Answer<CreateBucket> S3::handle(CreateBucket, const Call& call,
                                    const CreateBucketRequest& input) {
  KENNEL_TRY_VOID(check_bucket_name(input.bucket));
  KENNEL_TRY_VOID(check_wanted(input));
  if (input.object_lock_enabled_for_bucket.value_or(false)) return not_implemented("object lock");
  KENNEL_TRY(const std::string region, region_of(call, input));
  const auto& configuration = input.create_bucket_configuration;
  Tags tags;
  if (configuration && configuration->tags) {
    KENNEL_TRY(tags, to_tags(*configuration->tags, 50));
  }
  CreateBucketOutput output;
  output.location = "/" + input.bucket;
  output.bucket_arn = arn_of(input.bucket);
  const auto created = parts_.buckets.create(input.bucket, region, call.now);
  // As AWS has it, in its first region only: whoever makes a bucket twice has it.
  if (!created && region == kDefaultRegion && call.region == kDefaultRegion) return output;
  KENNEL_TRY_VOID(answered(created, {.bucket = input.bucket}));
  if (!tags.empty()) {
    const Tagging tagging{from_tags(tags)};
    KENNEL_TRY_VOID(
        answered(parts_.buckets.put_setting(input.bucket, "tagging", to_document(tagging).dump()),
                 {.bucket = input.bucket}));
  }
  return output;
}

S3::Answer<HeadBucket> S3::handle(HeadBucket, const Call&, const HeadBucketRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  HeadBucketOutput output;
  output.bucket_region = bucket.region;
  output.bucket_arn = arn_of(bucket.name);
  output.access_point_alias = false;
  return output;
}

S3::Answer<DeleteBucket> S3::handle(DeleteBucket, const Call&, const DeleteBucketRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  // As with AWS, uploads that were never completed do not keep a bucket that is empty otherwise.
  objects::VersionQuery anything;
  anything.bucket = input.bucket;
  anything.limit = 1;
  if (objects::list_versions(parts_.records, anything).versions.empty()) {
    KENNEL_TRY_VOID(answered(parts_.uploads.abort_all(input.bucket), {.bucket = input.bucket}));
  }
  KENNEL_TRY_VOID(answered(parts_.buckets.remove(input.bucket), {.bucket = input.bucket}));
  return wire::Nothing{};
}

S3::Answer<GetBucketLocation> S3::handle(GetBucketLocation, const Call&,
                                         const GetBucketLocationRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  GetBucketLocationOutput output;
  if (bucket.region != kDefaultRegion) output.location_constraint = bucket.region;
  return output;
}

S3::Answer<GetBucketVersioning> S3::handle(GetBucketVersioning, const Call&,
                                           const GetBucketVersioningRequest& input) {
  KENNEL_TRY(const auto bucket, get_bucket(input));
  GetBucketVersioningOutput output;
  if (bucket.versioning == objects::Versioning::kEnabled) output.status = "Enabled";
  if (bucket.versioning == objects::Versioning::kSuspended) output.status = "Suspended";
  return output;
}

S3::Answer<PutBucketVersioning> S3::handle(PutBucketVersioning, const Call&,
                                           const PutBucketVersioningRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  const auto& wanted = input.versioning_configuration;
  if (wanted.mfa_delete == "Enabled") return not_implemented("MFA delete");
  if (wanted.status != "Enabled" && wanted.status != "Suspended") {
    return fail("IllegalVersioningConfigurationException", 400,
                "The Versioning element must be specified");
  }
  const auto versioning =
      wanted.status == "Enabled" ? objects::Versioning::kEnabled : objects::Versioning::kSuspended;
  KENNEL_TRY_VOID(
      answered(parts_.buckets.set_versioning(input.bucket, versioning), {.bucket = input.bucket}));
  return wire::Nothing{};
}

}  // namespace kennel::services::s3

// What a bucket here always is, in the answers of a bucket of AWS's that nobody has changed.
#include "services/s3/request.h"

namespace kennel::services::s3 {
namespace {

Grant full_control(const Owner& owner) {
  Grant grant;
  grant.grantee.emplace().type = "CanonicalUser";
  grant.grantee->id = owner.id;
  grant.permission = "FULL_CONTROL";
  return grant;
}

}  // namespace

S3::Answer<GetBucketAcl> S3::handle(GetBucketAcl, const Call&, const GetBucketAclRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  GetBucketAclOutput output;
  output.owner = owner();
  output.grants = std::vector{full_control(*output.owner)};
  return output;
}

S3::Answer<GetObjectAcl> S3::handle(GetObjectAcl, const Call&, const GetObjectAclRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(answered(parts_.objects.get(input.bucket, input.key, input.version_id),
                           {.bucket = input.bucket,
                            .key = input.key,
                            .version_id = input.version_id ? *input.version_id : ""}));
  GetObjectAclOutput output;
  output.owner = owner();
  output.grants = std::vector{full_control(*output.owner)};
  return output;
}

S3::Answer<PutBucketAcl> S3::handle(PutBucketAcl, const Call&, const PutBucketAclRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_acl(input.access_control_policy ? "policy" : input.acl));
  KENNEL_TRY_VOID(check_wanted(input));
  return wire::Nothing{};
}

S3::Answer<PutObjectAcl> S3::handle(PutObjectAcl, const Call&, const PutObjectAclRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  KENNEL_TRY_VOID(check_acl(input.access_control_policy ? "policy" : input.acl));
  KENNEL_TRY_VOID(check_wanted(input));
  KENNEL_TRY_VOID(answered(parts_.objects.get(input.bucket, input.key, input.version_id),
                           {.bucket = input.bucket, .key = input.key}));
  return PutObjectAclOutput{};
}

S3::Answer<GetBucketLogging> S3::handle(GetBucketLogging, const Call&,
                                        const GetBucketLoggingRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return GetBucketLoggingOutput{};
}

S3::Answer<GetBucketWebsite> S3::handle(GetBucketWebsite, const Call&,
                                        const GetBucketWebsiteRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return fail("NoSuchWebsiteConfiguration", 404,
              "The specified bucket does not have a website configuration",
              {{"BucketName", input.bucket}});
}

S3::Answer<GetBucketRequestPayment> S3::handle(GetBucketRequestPayment, const Call&,
                                               const GetBucketRequestPaymentRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  GetBucketRequestPaymentOutput output;
  output.payer = "BucketOwner";
  return output;
}

S3::Answer<GetBucketAccelerateConfiguration> S3::handle(
    GetBucketAccelerateConfiguration, const Call&,
    const GetBucketAccelerateConfigurationRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return GetBucketAccelerateConfigurationOutput{};
}

S3::Answer<GetBucketNotificationConfiguration> S3::handle(
    GetBucketNotificationConfiguration, const Call&,
    const GetBucketNotificationConfigurationRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return NotificationConfiguration{};
}

S3::Answer<GetBucketReplication> S3::handle(GetBucketReplication, const Call&,
                                            const GetBucketReplicationRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return fail("ReplicationConfigurationNotFoundError", 404,
              "The replication configuration was not found", {{"BucketName", input.bucket}});
}

S3::Answer<GetObjectLockConfiguration> S3::handle(GetObjectLockConfiguration, const Call&,
                                                  const GetObjectLockConfigurationRequest& input) {
  KENNEL_TRY_VOID(get_bucket(input));
  return fail("ObjectLockConfigurationNotFoundError", 404,
              "Object Lock configuration does not exist for this bucket",
              {{"BucketName", input.bucket}});
}

}  // namespace kennel::services::s3

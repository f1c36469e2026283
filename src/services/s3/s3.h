// S3: an object store, one function an operation. What is kept is room objects'; here are AWS's
// names, limits and sentences. Functions run on the pool, several at a time, but for those that
// take a body: they are coroutines on the loop thread.
//
// Differences from AWS are in docs/compatibility.md.
#pragma once

#include "aio/runtime.h"
#include "objects/uploads.h"
#include "services/s3/model.h"
#include "wire/call.h"

namespace kennel::services::s3 {

// What the service stands on; all of it outlives the service.
struct S3Parts {
  aio::Runtime& runtime;
  store::Records& records;
  store::Blobs& blobs;
  objects::Buckets& buckets;
  objects::Objects& objects;
  objects::Uploads& uploads;
  std::string account;
};

class S3 {
 public:
  explicit S3(S3Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] wire::ServiceBinding bind();

  template <class Operation>
  using Answer = wire::Outcome<typename Operation::Output>;
  template <class Operation>
  using Answered = wire::Outcome<wire::Reply<typename Operation::Output>>;
  template <class Operation>
  using Answering = aio::Task<Answered<Operation>>;
  using Call = wire::Call;

  // buckets.cpp
  Answer<ListBuckets> handle(ListBuckets, const Call& call, const ListBucketsRequest& input);
  Answer<CreateBucket> handle(CreateBucket, const Call& call, const CreateBucketRequest& input);
  Answer<HeadBucket> handle(HeadBucket, const Call& call, const HeadBucketRequest& input);
  Answer<DeleteBucket> handle(DeleteBucket, const Call& call, const DeleteBucketRequest& input);
  Answer<GetBucketLocation> handle(GetBucketLocation, const Call& call,
                                   const GetBucketLocationRequest& input);
  Answer<GetBucketVersioning> handle(GetBucketVersioning, const Call& call,
                                     const GetBucketVersioningRequest& input);
  Answer<PutBucketVersioning> handle(PutBucketVersioning, const Call& call,
                                     const PutBucketVersioningRequest& input);

  // settings.cpp
  Answer<GetBucketTagging> handle(GetBucketTagging, const Call& call,
                                  const GetBucketTaggingRequest& input);
  Answer<PutBucketTagging> handle(PutBucketTagging, const Call& call,
                                  const PutBucketTaggingRequest& input);
  Answer<DeleteBucketTagging> handle(DeleteBucketTagging, const Call& call,
                                     const DeleteBucketTaggingRequest& input);
  Answer<GetBucketPolicy> handle(GetBucketPolicy, const Call& call,
                                 const GetBucketPolicyRequest& input);
  Answer<GetBucketPolicyStatus> handle(GetBucketPolicyStatus, const Call& call,
                                       const GetBucketPolicyStatusRequest& input);
  Answered<PutBucketPolicy> handle(PutBucketPolicy, const Call& call,
                                   const PutBucketPolicyRequest& input);
  Answer<DeleteBucketPolicy> handle(DeleteBucketPolicy, const Call& call,
                                    const DeleteBucketPolicyRequest& input);
  Answer<GetBucketCors> handle(GetBucketCors, const Call& call, const GetBucketCorsRequest& input);
  Answer<PutBucketCors> handle(PutBucketCors, const Call& call, const PutBucketCorsRequest& input);
  Answer<DeleteBucketCors> handle(DeleteBucketCors, const Call& call,
                                  const DeleteBucketCorsRequest& input);
  Answer<GetPublicAccessBlock> handle(GetPublicAccessBlock, const Call& call,
                                      const GetPublicAccessBlockRequest& input);
  Answer<PutPublicAccessBlock> handle(PutPublicAccessBlock, const Call& call,
                                      const PutPublicAccessBlockRequest& input);
  Answer<DeletePublicAccessBlock> handle(DeletePublicAccessBlock, const Call& call,
                                         const DeletePublicAccessBlockRequest& input);
  Answer<GetBucketEncryption> handle(GetBucketEncryption, const Call& call,
                                     const GetBucketEncryptionRequest& input);
  Answer<PutBucketEncryption> handle(PutBucketEncryption, const Call& call,
                                     const PutBucketEncryptionRequest& input);
  Answer<DeleteBucketEncryption> handle(DeleteBucketEncryption, const Call& call,
                                        const DeleteBucketEncryptionRequest& input);
  Answer<GetBucketLifecycleConfiguration> handle(
      GetBucketLifecycleConfiguration, const Call& call,
      const GetBucketLifecycleConfigurationRequest& input);
  Answer<PutBucketLifecycleConfiguration> handle(
      PutBucketLifecycleConfiguration, const Call& call,
      const PutBucketLifecycleConfigurationRequest& input);
  Answer<DeleteBucketLifecycle> handle(DeleteBucketLifecycle, const Call& call,
                                       const DeleteBucketLifecycleRequest& input);
  Answer<GetBucketOwnershipControls> handle(GetBucketOwnershipControls, const Call& call,
                                            const GetBucketOwnershipControlsRequest& input);
  Answer<PutBucketOwnershipControls> handle(PutBucketOwnershipControls, const Call& call,
                                            const PutBucketOwnershipControlsRequest& input);
  Answer<DeleteBucketOwnershipControls> handle(DeleteBucketOwnershipControls, const Call& call,
                                               const DeleteBucketOwnershipControlsRequest& input);

  // fixed_settings.cpp: what a bucket here always is
  Answer<GetBucketAcl> handle(GetBucketAcl, const Call& call, const GetBucketAclRequest& input);
  Answer<GetObjectAcl> handle(GetObjectAcl, const Call& call, const GetObjectAclRequest& input);
  Answer<PutBucketAcl> handle(PutBucketAcl, const Call& call, const PutBucketAclRequest& input);
  Answer<PutObjectAcl> handle(PutObjectAcl, const Call& call, const PutObjectAclRequest& input);
  Answer<GetBucketLogging> handle(GetBucketLogging, const Call& call,
                                  const GetBucketLoggingRequest& input);
  Answer<GetBucketWebsite> handle(GetBucketWebsite, const Call& call,
                                  const GetBucketWebsiteRequest& input);
  Answer<GetBucketRequestPayment> handle(GetBucketRequestPayment, const Call& call,
                                         const GetBucketRequestPaymentRequest& input);
  Answer<GetBucketAccelerateConfiguration> handle(
      GetBucketAccelerateConfiguration, const Call& call,
      const GetBucketAccelerateConfigurationRequest& input);
  Answer<GetBucketNotificationConfiguration> handle(
      GetBucketNotificationConfiguration, const Call& call,
      const GetBucketNotificationConfigurationRequest& input);
  Answer<GetBucketReplication> handle(GetBucketReplication, const Call& call,
                                      const GetBucketReplicationRequest& input);
  Answer<GetObjectLockConfiguration> handle(GetObjectLockConfiguration, const Call& call,
                                            const GetObjectLockConfigurationRequest& input);

  // list.cpp
  Answer<ListObjects> handle(ListObjects, const Call& call, const ListObjectsRequest& input);
  Answer<ListObjectsV2> handle(ListObjectsV2, const Call& call, const ListObjectsV2Request& input);
  Answer<ListObjectVersions> handle(ListObjectVersions, const Call& call,
                                    const ListObjectVersionsRequest& input);

  // put.cpp
  Answering<PutObject> handle(PutObject, Call call, PutObjectRequest input, wire::BodyStream& body);
  Answer<CopyObject> handle(CopyObject, const Call& call, const CopyObjectRequest& input);

  // get.cpp
  Answered<GetObject> handle(GetObject, const Call& call, const GetObjectRequest& input);
  Answered<HeadObject> handle(HeadObject, const Call& call, const HeadObjectRequest& input);
  Answer<GetObjectAttributes> handle(GetObjectAttributes, const Call& call,
                                     const GetObjectAttributesRequest& input);

  // delete.cpp
  Answer<DeleteObject> handle(DeleteObject, const Call& call, const DeleteObjectRequest& input);
  Answer<DeleteObjects> handle(DeleteObjects, const Call& call, const DeleteObjectsRequest& input);

  // tagging.cpp
  Answer<GetObjectTagging> handle(GetObjectTagging, const Call& call,
                                  const GetObjectTaggingRequest& input);
  Answer<PutObjectTagging> handle(PutObjectTagging, const Call& call,
                                  const PutObjectTaggingRequest& input);
  Answer<DeleteObjectTagging> handle(DeleteObjectTagging, const Call& call,
                                     const DeleteObjectTaggingRequest& input);

  // multipart.cpp
  Answer<CreateMultipartUpload> handle(CreateMultipartUpload, const Call& call,
                                       const CreateMultipartUploadRequest& input);
  Answering<UploadPart> handle(UploadPart, Call call, UploadPartRequest input,
                               wire::BodyStream& body);
  Answer<UploadPartCopy> handle(UploadPartCopy, const Call& call,
                                const UploadPartCopyRequest& input);
  Answer<CompleteMultipartUpload> handle(CompleteMultipartUpload, const Call& call,
                                         const CompleteMultipartUploadRequest& input);
  Answer<AbortMultipartUpload> handle(AbortMultipartUpload, const Call& call,
                                      const AbortMultipartUploadRequest& input);
  Answer<ListParts> handle(ListParts, const Call& call, const ListPartsRequest& input);
  Answer<ListMultipartUploads> handle(ListMultipartUploads, const Call& call,
                                      const ListMultipartUploadsRequest& input);

 private:
  [[nodiscard]] Owner owner() const;
  // The bucket, which must belong to whom the client expects.
  template <class Input>
  [[nodiscard]] wire::Outcome<objects::Bucket> get_bucket(const Input& input) const;
  // x-amz-expiration: when a lifecycle rule will remove the object.
  [[nodiscard]] std::optional<std::string> expiration_of(
      const objects::ObjectVersion& version) const;
  template <class Configuration, class Input>
  [[nodiscard]] wire::Outcome<std::optional<Configuration>> get_setting(
      const Input& input, std::string_view setting) const;
  template <class Input>
  [[nodiscard]] wire::Outcome<void> put_setting(const Input& input, std::string_view setting,
                                                const std::string& value);
  template <class Input>
  [[nodiscard]] wire::Outcome<void> remove_setting(const Input& input, std::string_view setting);

  S3Parts parts_;
};

}  // namespace kennel::services::s3

#include "objects/usage.h"

#include "objects/collections.h"
#include "objects/cursor.h"
#include "objects/object.h"

namespace kennel::objects {
namespace {

constexpr std::size_t kRecordsTogether = 500;
constexpr std::size_t kBlobsTogether = 100;

template <class Visit>
void for_each(const store::Records& records, const char* collection, const std::string& prefix,
              Visit visit) {
  Cursor cursor(records, collection, prefix, kRecordsTogether);
  for (; const store::Record* record = cursor.peek(); cursor.advance()) visit(*record);
}

BucketUsage measure_bucket(const store::Records& records, const std::string& bucket) {
  BucketUsage usage{.bucket = bucket};
  const std::string prefix = bucket_prefix(bucket);
  for_each(records, kObjects, prefix, [&](const store::Record& record) {
    ++usage.objects;
    usage.bytes += version_from_record(bucket, {}, record.value).content.size;
  });
  for_each(records, kVersions, prefix, [&](const store::Record& record) {
    ++usage.versions;
    usage.version_bytes += version_from_record(bucket, {}, record.value).content.size;
  });
  for_each(records, kUploads, prefix, [&](const store::Record& upload) {
    ++usage.uploads;
    const std::string id = upload.key.substr(upload.key.find('\0') + 1);
    for_each(records, kParts, id, [&](const store::Record& part) {
      usage.upload_bytes += content_from_record(part.value).first.size;
    });
  });
  return usage;
}

std::uint64_t measure_blobs(const store::Blobs& blobs) {
  std::uint64_t bytes = 0;
  std::optional<base::Digest> after;
  for (;;) {
    const auto rows = blobs.list(after, kBlobsTogether);
    if (rows.empty()) return bytes;
    for (const store::BlobRow& row : rows) bytes += row.size;
    after = rows.back().digest;
  }
}

}  // namespace

Usage measure_usage(const store::Records& records, const store::Blobs& blobs) {
  Usage usage;
  for_each(records, kBuckets, {}, [&](const store::Record& record) {
    const BucketUsage bucket = measure_bucket(records, record.key);
    usage.logical_bytes += bucket.bytes + bucket.version_bytes + bucket.upload_bytes;
    usage.buckets.push_back(bucket);
  });
  usage.stored_bytes = measure_blobs(blobs);
  return usage;
}

}  // namespace kennel::objects

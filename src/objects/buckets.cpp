#include "objects/buckets.h"

#include <nlohmann/json.hpp>

#include "objects/collections.h"

namespace kennel::objects {
namespace {

using nlohmann::json;

constexpr int kAttemptsMax = 100;

std::string to_record(const Bucket& bucket) {
  const auto created =
      std::chrono::floor<std::chrono::milliseconds>(bucket.created.time_since_epoch());
  return json{{"region", bucket.region},
              {"created", created.count()},
              {"versioning", static_cast<int>(bucket.versioning)}}
      .dump();
}

Bucket bucket_from_record(const store::Record& record) {
  const json value = json::parse(record.value);
  Bucket bucket;
  bucket.name = record.key;
  bucket.region = value.at("region");
  bucket.created = TimePoint(std::chrono::milliseconds(value.at("created").get<std::int64_t>()));
  bucket.versioning = static_cast<Versioning>(value.at("versioning").get<int>());
  bucket.record_version = record.version;
  return bucket;
}

std::string setting_key(std::string_view bucket, std::string_view setting) {
  return bucket_prefix(bucket).append(setting);
}

store::Change expect_empty(const char* collection, std::string_view bucket) {
  return {collection, bucket_prefix(bucket), {}, {}, store::ChangeKind::kExpectNone};
}

}  // namespace

store::Change expect_unchanged(const Bucket& bucket) {
  return {kBuckets, bucket.name, {}, bucket.record_version, store::ChangeKind::kExpect};
}

Outcome<Bucket> Buckets::create(std::string_view name, std::string_view region, TimePoint now) {
  Bucket bucket{.name = std::string(name), .region = std::string(region), .created = now};
  if (!records_.commit({{kBuckets, bucket.name, to_record(bucket), 0}})) {
    return refuse(Problem::kBucketExists);
  }
  return bucket;
}

std::optional<Bucket> Buckets::find(std::string_view name) const {
  const auto record = records_.find(kBuckets, name);
  return record ? std::optional(bucket_from_record(*record)) : std::nullopt;
}

Outcome<Bucket> Buckets::get(std::string_view name) const {
  auto bucket = find(name);
  if (!bucket) return refuse(Problem::kNoSuchBucket);
  return *std::move(bucket);
}

BucketPage Buckets::list(std::string_view prefix, std::string_view after, std::size_t limit) const {
  BucketPage page;
  const auto found = records_.scan(
      kBuckets, {.prefix = std::string(prefix), .after = std::string(after), .limit = limit + 1});
  for (const store::Record& record : found) {
    if (page.buckets.size() == limit) {
      page.truncated = true;
      break;
    }
    page.buckets.push_back(bucket_from_record(record));
  }
  return page;
}

Outcome<void> Buckets::remove(std::string_view name) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(const Bucket bucket, get(name));
    if (try_remove(bucket)) return {};
    const auto again = find(name);
    if (again && again->record_version == bucket.record_version) {
      return refuse(Problem::kBucketNotEmpty);
    }
  }
  return refuse(Problem::kTooBusy);
}

bool Buckets::try_remove(const Bucket& bucket) {
  store::Changes changes{{kBuckets, bucket.name, std::nullopt, bucket.record_version},
                         expect_empty(kObjects, bucket.name),
                         expect_empty(kVersions, bucket.name),
                         expect_empty(kUploads, bucket.name)};
  for (const auto& setting : records_.scan(kSettings, {.prefix = bucket_prefix(bucket.name)})) {
    changes.push_back({kSettings, setting.key});
  }
  return records_.commit(std::move(changes)).has_value();
}

Outcome<void> Buckets::set_versioning(std::string_view name, Versioning versioning) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(Bucket bucket, get(name));
    bucket.versioning = versioning;
    if (records_.commit({{kBuckets, bucket.name, to_record(bucket), bucket.record_version}})) {
      return {};
    }
  }
  return refuse(Problem::kTooBusy);
}

Outcome<void> Buckets::put_setting(std::string_view bucket, std::string_view setting,
                                   const std::string& value) {
  // The bucket's record is written anew, so that no removal of it passes over the setting.
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    KENNEL_TRY(const Bucket found, get(bucket));
    if (records_.commit({{kBuckets, found.name, to_record(found), found.record_version},
                         {kSettings, setting_key(bucket, setting), value}})) {
      return {};
    }
  }
  return refuse(Problem::kTooBusy);
}

Outcome<std::optional<std::string>> Buckets::get_setting(std::string_view bucket,
                                                         std::string_view setting) const {
  if (!find(bucket)) return refuse(Problem::kNoSuchBucket);
  auto record = records_.find(kSettings, setting_key(bucket, setting));
  if (!record) return std::nullopt;
  return std::move(record->value);
}

Outcome<void> Buckets::remove_setting(std::string_view bucket, std::string_view setting) {
  if (!find(bucket)) return refuse(Problem::kNoSuchBucket);
  if (!records_.commit({{kSettings, setting_key(bucket, setting)}})) {
    return refuse(Problem::kTooBusy);
  }
  return {};
}

}  // namespace kennel::objects

// Buckets, and what is set on them: settings are documents that room objects keeps and does not
// read, each under a name ("policy", "cors").
//
// Collections: "buckets" name -> Bucket; "bucket_settings" name/setting -> text.
//
// Every call is safe from several threads. Throws store::StoreError where the disk breaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/object.h"
#include "objects/problem.h"
#include "store/records.h"

namespace kennel::objects {

enum class Versioning { kNever, kEnabled, kSuspended };

struct Bucket {
  std::string name;
  std::string region;
  TimePoint created;  // in milliseconds
  Versioning versioning = Versioning::kNever;
  std::uint64_t record_version = 0;
};

struct BucketPage {
  std::vector<Bucket> buckets;
  bool truncated = false;
};

class Buckets {
 public:
  explicit Buckets(store::Records& records) : records_(records) {}

  // kBucketExists.
  [[nodiscard]] Outcome<Bucket> create(std::string_view name, std::string_view region,
                                       TimePoint now);
  [[nodiscard]] std::optional<Bucket> find(std::string_view name) const;
  [[nodiscard]] Outcome<Bucket> get(std::string_view name) const;
  [[nodiscard]] BucketPage list(std::string_view prefix, std::string_view after,
                                std::size_t limit) const;
  // kBucketNotEmpty: objects, versions or uploads are there.
  [[nodiscard]] Outcome<void> remove(std::string_view name);
  [[nodiscard]] Outcome<void> set_versioning(std::string_view name, Versioning versioning);

  [[nodiscard]] Outcome<void> put_setting(std::string_view bucket, std::string_view setting,
                                          const std::string& value);
  // nullopt: it was never set.
  [[nodiscard]] Outcome<std::optional<std::string>> get_setting(std::string_view bucket,
                                                                std::string_view setting) const;
  [[nodiscard]] Outcome<void> remove_setting(std::string_view bucket, std::string_view setting);

 private:
  [[nodiscard]] bool try_remove(const Bucket& bucket);

  store::Records& records_;
};

// What a commit must have in it so that it holds only while the bucket is as it was seen.
[[nodiscard]] store::Change expect_unchanged(const Bucket& bucket);

}  // namespace kennel::objects

// Applies the lifecycle rules of all buckets, some records at a time.
//
//   bucket by bucket -> its versions, key by key, the latest first -> its uploads in progress
//
// Where a client changes the same object meanwhile, the client wins. One thread at a time; blocks
// on the disk. Throws store::StoreError, base::DiskError; the next step goes on behind what threw.
#pragma once

#include <optional>
#include <string>

#include "objects/lifecycle.h"
#include "objects/uploads.h"

namespace kennel::objects {

// What came of a step.
struct LifecycleStep {
  std::uint64_t expired = 0;   // latest versions that were removed, or hidden by a delete marker
  std::uint64_t versions = 0;  // that were not the latest, and are gone for good
  std::uint64_t markers = 0;   // that were all that was left of their keys
  std::uint64_t uploads = 0;   // aborted
  bool finished = false;       // the last bucket is done; the next step begins with the first

  bool operator==(const LifecycleStep&) const = default;
};

class LifecycleSweep {
 public:
  LifecycleSweep(store::Records& records, const Buckets& buckets, Objects& objects,
                 Uploads& uploads)
      : records_(records), buckets_(buckets), objects_(objects), uploads_(uploads) {}

  // Looks at up to `limit` buckets, versions and uploads together.
  [[nodiscard]] LifecycleStep step(TimePoint now, std::size_t limit = 1000);

 private:
  // The version that was looked at last.
  struct VersionPosition {
    std::string key;  // empty: none yet
    std::string id;
    TimePoint modified;
    std::size_t noncurrent_count = 0;  // of this key so far
  };
  struct UploadPosition {
    std::string key;
    std::string id;
  };
  // Where the sweep is within a bucket.
  struct BucketPosition {
    std::string name;
    bool versions_done = false;
    VersionPosition version = {};
    UploadPosition upload = {};
  };
  struct Step;
  class VersionWalk;

  [[nodiscard]] bool enter_next_bucket();
  [[nodiscard]] std::optional<LifecycleRules> find_rules() const;
  void sweep_versions(const LifecycleRules& rules, Step& step);
  void sweep_uploads(const LifecycleRules& rules, Step& step);
  void expire(const ObjectVersion& version, const VersionPlace& place, Step& step);

  store::Records& records_;
  const Buckets& buckets_;
  Objects& objects_;
  Uploads& uploads_;
  std::string last_bucket_;                 // that was entered
  std::optional<BucketPosition> position_;  // none: between two buckets
};

}  // namespace kennel::objects

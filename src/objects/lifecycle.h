// Lifecycle rules, and what is due by them at a given time. Pure.
//
// A number of days is counted from the moment of creation (of a version that is not the latest:
// from the moment its successor came) and rounded up to the next midnight, UTC.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "objects/object.h"

namespace kennel::objects {

// All of it must hold.
struct LifecycleFilter {
  std::string prefix;
  std::vector<std::pair<std::string, std::string>> tags;
  std::optional<std::uint64_t> larger_than;  // bytes
  std::optional<std::uint64_t> smaller_than;
};

// Of the latest version. A delete marker that is all that is left of a key is taken away by its
// days or its date as well.
struct Expiration {
  std::optional<int> days;
  std::optional<TimePoint> date;
  bool expired_delete_markers = false;  // as soon as they are all that is left
};

// Of the versions that are not the latest.
struct NoncurrentExpiration {
  int days = 0;
  int newer_kept = 0;  // so many of them, the newest, stay whatever their age is
};

struct LifecycleRule {
  std::string id;
  bool enabled = false;
  LifecycleFilter filter;
  std::optional<Expiration> expiration;
  std::optional<NoncurrentExpiration> noncurrent;
  std::optional<int> abort_uploads_days;
};

using LifecycleRules = std::vector<LifecycleRule>;

// What a rule must know of a version beside itself.
struct VersionPlace {
  bool is_latest = true;
  bool is_alone = true;         // there is no other version of the key
  TimePoint noncurrent_since;   // where it is not the latest
  std::size_t newer_count = 0;  // of the versions that are not the latest, those newer than it
};

[[nodiscard]] TimePoint midnight_after(TimePoint begin, int days);
[[nodiscard]] bool matches(const LifecycleFilter& filter, const ObjectVersion& version);
// The latest version is to go: a delete marker takes its place where the bucket keeps versions, and
// a delete marker that is alone goes for good. Any other version goes for good.
[[nodiscard]] bool is_due(const LifecycleRules& rules, const ObjectVersion& version,
                          const VersionPlace& place, TimePoint now);
[[nodiscard]] bool is_upload_due(const LifecycleRules& rules, std::string_view key,
                                 TimePoint initiated, TimePoint now);

// When the latest version of an object goes, and by which rule: the earliest that applies.
struct ExpiryNotice {
  TimePoint at;
  std::string rule_id;
};
[[nodiscard]] std::optional<ExpiryNotice> find_expiry(const LifecycleRules& rules,
                                                      const ObjectVersion& version);
// The same for an upload in progress.
[[nodiscard]] std::optional<ExpiryNotice> find_abort(const LifecycleRules& rules,
                                                     std::string_view key, TimePoint initiated);

}  // namespace kennel::objects

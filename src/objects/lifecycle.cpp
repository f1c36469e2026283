#include "objects/lifecycle.h"

#include <algorithm>

namespace kennel::objects {
namespace {

using std::chrono::days;

constexpr int kDaysMax = 80'000;  // more than 200 years: a time beyond has no number

// The earlier of what was found and what this rule says.
void take_earlier(std::optional<ExpiryNotice>& found, TimePoint at, const LifecycleRule& rule) {
  if (!found || at < found->at) found = ExpiryNotice{at, rule.id};
}

std::optional<TimePoint> expiry_of(const Expiration& expiration, TimePoint modified) {
  if (expiration.date) return expiration.date;
  if (expiration.days) return midnight_after(modified, *expiration.days);
  return std::nullopt;
}

bool is_marker_due(const LifecycleRule& rule, const ObjectVersion& marker, TimePoint now) {
  if (!rule.expiration) return false;
  if (rule.expiration->expired_delete_markers) return true;
  const auto at = expiry_of(*rule.expiration, marker.modified);
  return at && *at <= now;
}

bool is_noncurrent_due(const LifecycleRule& rule, const VersionPlace& place, TimePoint now) {
  if (!rule.noncurrent) return false;
  const auto kept = static_cast<std::size_t>(rule.noncurrent->newer_kept);
  return place.newer_count >= kept &&
         midnight_after(place.noncurrent_since, rule.noncurrent->days) <= now;
}

}  // namespace

TimePoint midnight_after(TimePoint begin, int count) {
  return std::chrono::floor<days>(begin) + days(std::min(count, kDaysMax)) + days(1);
}

bool matches(const LifecycleFilter& filter, const ObjectVersion& version) {
  const std::uint64_t size = version.content.size;
  return version.key.starts_with(filter.prefix) &&
         (!filter.larger_than || size > *filter.larger_than) &&
         (!filter.smaller_than || size < *filter.smaller_than) &&
         std::ranges::all_of(filter.tags, [&version](const auto& tag) {
           return std::ranges::find(version.attributes.tags, tag) != version.attributes.tags.end();
         });
}

std::optional<ExpiryNotice> find_expiry(const LifecycleRules& rules, const ObjectVersion& version) {
  std::optional<ExpiryNotice> found;
  for (const LifecycleRule& rule : rules) {
    if (!rule.enabled || !rule.expiration || !matches(rule.filter, version)) continue;
    if (const auto at = expiry_of(*rule.expiration, version.modified)) {
      take_earlier(found, *at, rule);
    }
  }
  return found;
}

std::optional<ExpiryNotice> find_abort(const LifecycleRules& rules, std::string_view key,
                                       TimePoint initiated) {
  std::optional<ExpiryNotice> found;
  for (const LifecycleRule& rule : rules) {
    if (!rule.enabled || !rule.abort_uploads_days || !key.starts_with(rule.filter.prefix)) continue;
    take_earlier(found, midnight_after(initiated, *rule.abort_uploads_days), rule);
  }
  return found;
}

bool is_due(const LifecycleRules& rules, const ObjectVersion& version, const VersionPlace& place,
            TimePoint now) {
  if (place.is_latest && !version.is_marker) {
    const auto expiry = find_expiry(rules, version);
    return expiry && expiry->at <= now;
  }
  if (place.is_latest && !place.is_alone) return false;
  return std::ranges::any_of(rules, [&](const LifecycleRule& rule) {
    if (!rule.enabled || !matches(rule.filter, version)) return false;
    return place.is_latest ? is_marker_due(rule, version, now)
                           : is_noncurrent_due(rule, place, now);
  });
}

bool is_upload_due(const LifecycleRules& rules, std::string_view key, TimePoint initiated,
                   TimePoint now) {
  const auto abort = find_abort(rules, key, initiated);
  return abort && abort->at <= now;
}

}  // namespace kennel::objects

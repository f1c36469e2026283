#include "objects/lifecycle_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/secure_random.h"

namespace kennel::objects {
namespace {

using nlohmann::json;

const json* find(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

template <class T>
std::optional<T> read(const json& object, const char* name) {
  const json* value = find(object, name);
  return value ? std::optional(value->get<T>()) : std::nullopt;
}

TimePoint to_time(double seconds) {
  constexpr double kSecondsMax = 9e9;  // the year 2255: a time far beyond has no number
  seconds = std::clamp(seconds, 0.0, kSecondsMax);
  return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

void add_tag(const json& tag, LifecycleFilter& filter) {
  filter.tags.emplace_back(tag.at("Key"), tag.value("Value", ""));
}

// What a filter and its "And" have in common.
void add_conditions(const json& object, LifecycleFilter& filter) {
  filter.prefix = object.value("Prefix", filter.prefix);
  if (const auto size = read<std::uint64_t>(object, "ObjectSizeGreaterThan")) {
    filter.larger_than = size;
  }
  if (const auto size = read<std::uint64_t>(object, "ObjectSizeLessThan")) {
    filter.smaller_than = size;
  }
  if (const json* tag = find(object, "Tag")) add_tag(*tag, filter);
  if (const json* tags = find(object, "Tags")) {
    for (const json& tag : *tags) add_tag(tag, filter);
  }
}

LifecycleFilter filter_of(const json& rule) {
  LifecycleFilter filter;
  filter.prefix = rule.value("Prefix", "");
  const json* given = find(rule, "Filter");
  if (given == nullptr) return filter;
  add_conditions(*given, filter);
  if (const json* both = find(*given, "And")) add_conditions(*both, filter);
  return filter;
}

Expiration expiration_of(const json& given) {
  Expiration expiration;
  expiration.days = read<int>(given, "Days");
  if (const auto date = read<double>(given, "Date")) expiration.date = to_time(*date);
  expiration.expired_delete_markers = given.value("ExpiredObjectDeleteMarker", false);
  return expiration;
}

LifecycleRule rule_of(const json& given) {
  LifecycleRule rule;
  rule.id = given.value("ID", "");
  rule.enabled = given.at("Status") == "Enabled";
  rule.filter = filter_of(given);
  if (const json* expiration = find(given, "Expiration")) {
    rule.expiration = expiration_of(*expiration);
  }
  if (const json* noncurrent = find(given, "NoncurrentVersionExpiration")) {
    rule.noncurrent = NoncurrentExpiration{
        .days = noncurrent->at("NoncurrentDays").get<int>(),
        .newer_kept = noncurrent->value("NewerNoncurrentVersions", 0),
    };
  }
  if (const json* abort = find(given, "AbortIncompleteMultipartUpload")) {
    rule.abort_uploads_days = abort->at("DaysAfterInitiation").get<int>();
  }
  return rule;
}

}  // namespace

LifecycleRules rules_from_document(std::string_view document) {
  LifecycleRules rules;
  const json given = json::parse(document);
  for (const json& rule : given.at("Rules")) rules.push_back(rule_of(rule));
  return rules;
}

std::string name_rules(std::string_view document) {
  json given = json::parse(document);
  for (json& rule : given.at("Rules")) {
    if (rule.value("ID", "").empty())
      rule["ID"] = base::to_base64(base::as_bytes(base::make_uuid()));
  }
  return given.dump();
}

}  // namespace kennel::objects

#include "objects/lifecycle_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace kennel::objects {
namespace {

using nlohmann::json;
using Problem = std::optional<LifecycleProblem>;

constexpr std::size_t kRulesMax = 1000;
constexpr std::size_t kIdLettersMax = 255;
constexpr std::int64_t kObjectBytesMax = 1'099'511'627'776'000;
constexpr int kInfrequentDaysMin = 30;
constexpr double kSecondsOfADay = 86'400;

Problem malformed() {
  return LifecycleProblem{
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema"};
}

Problem invalid_request(std::string message) {
  return LifecycleProblem{"InvalidRequest", std::move(message)};
}

Problem invalid_argument(std::string message) {
  return LifecycleProblem{"InvalidArgument", std::move(message)};
}

const json& member(const json& object, const char* name) {
  static const json kNothing = json::object();
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::size_t count(const json& object, std::initializer_list<const char*> names) {
  return static_cast<std::size_t>(
      std::ranges::count_if(names, [&](const char* name) { return object.contains(name); }));
}

std::optional<std::int64_t> number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : std::optional(found->get<std::int64_t>());
}

// The part of a filter that names tags and sizes: itself, or its "And".
const json& conditions_of(const json& filter) {
  return filter.contains("And") ? member(filter, "And") : filter;
}

bool has_tags(const json& filter) {
  const json& conditions = conditions_of(filter);
  return conditions.contains("Tag") || !member(conditions, "Tags").empty();
}

bool has_sizes(const json& filter) {
  return count(conditions_of(filter), {"ObjectSizeGreaterThan", "ObjectSizeLessThan"}) > 0;
}

bool is_well_formed_filter(const json& filter) {
  const std::size_t predicates =
      count(filter, {"Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "And"});
  if (!filter.contains("And")) return predicates <= 1;
  const json& both = member(filter, "And");
  const std::size_t joined =
      count(both, {"Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"}) +
      member(both, "Tags").size();
  return predicates == 1 && joined >= 2;
}

bool is_well_formed_transition(const json& transition) {
  return transition.contains("StorageClass") && count(transition, {"Days", "Date"}) == 1;
}

// What S3's schema for the XML says.
bool is_well_formed(const json& rule) {
  const json& status = member(rule, "Status");
  const bool known_status = status == "Enabled" || status == "Disabled";
  if (!known_status || count(rule, {"Filter", "Prefix"}) != 1) return false;
  if (!is_well_formed_filter(member(rule, "Filter"))) return false;
  const bool good_expiration =
      !rule.contains("Expiration") ||
      count(member(rule, "Expiration"), {"Days", "Date", "ExpiredObjectDeleteMarker"}) == 1;
  const auto is_whole = [&rule](const char* action, const char* days) {
    return !rule.contains(action) || member(rule, action).contains(days);
  };
  return good_expiration && is_whole("NoncurrentVersionExpiration", "NoncurrentDays") &&
         is_whole("AbortIncompleteMultipartUpload", "DaysAfterInitiation") &&
         std::ranges::all_of(member(rule, "Transitions"), is_well_formed_transition);
}

Problem find_id_problem(const json& rule, std::set<std::string>& ids) {
  const std::string id = rule.value("ID", "");
  if (id.size() > kIdLettersMax) {
    return invalid_argument("ID length should not exceed allowed limit of 255");
  }
  if (!id.empty() && !ids.insert(id).second) {
    return invalid_argument("Rule ID must be unique. Found same ID for more than one rule");
  }
  return std::nullopt;
}

Problem find_size_problem(const json& conditions) {
  const auto larger = number(conditions, "ObjectSizeGreaterThan");
  const auto smaller = number(conditions, "ObjectSizeLessThan");
  const auto out_of_range = [](const char* name, int least) {
    return invalid_request(
        fmt::format("'{}' should be between {} and {}.", name, least, kObjectBytesMax));
  };
  if (larger && (*larger < 0 || *larger > kObjectBytesMax)) {
    return out_of_range("ObjectSizeGreaterThan", 0);
  }
  if (smaller && (*smaller < 1 || *smaller > kObjectBytesMax)) {
    return out_of_range("ObjectSizeLessThan", 1);
  }
  if (larger && smaller && *smaller <= *larger) {
    return invalid_request(
        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
  }
  return std::nullopt;
}

Problem find_filter_problem(const json& rule) {
  const json& conditions = conditions_of(member(rule, "Filter"));
  std::set<std::string> keys;
  for (const json& tag : member(conditions, "Tags")) {
    if (!keys.insert(tag.value("Key", "")).second) {
      return invalid_request("Duplicate Tag Keys are not allowed.");
    }
  }
  return find_size_problem(conditions);
}

// Some actions are for everything below a prefix, or for nothing.
Problem find_unfiltered_problem(const json& rule, const char* action) {
  const json& filter = member(rule, "Filter");
  if (has_tags(filter)) {
    return invalid_request(fmt::format("{} cannot be specified with Tags.", action));
  }
  if (has_sizes(filter)) {
    return invalid_request(fmt::format("{} cannot be specified with Object Size.", action));
  }
  return std::nullopt;
}

Problem find_count_problem(const json& rule, const char* action, const char* name) {
  const auto value = number(member(rule, action), name);
  if (!value || *value > 0) return std::nullopt;
  return invalid_argument(
      fmt::format("'{}' for {} action must be a positive integer", name, action));
}

Problem find_date_problem(const json& action) {
  if (!action.contains("Date")) return std::nullopt;
  if (std::fmod(action.at("Date").get<double>(), kSecondsOfADay) == 0) return std::nullopt;
  return invalid_argument("'Date' must be at midnight GMT");
}

Problem find_transition_problem(const json& transition) {
  const std::string storage = transition.at("StorageClass");
  const auto days = number(transition, "Days");
  const bool infrequent = storage == "STANDARD_IA" || storage == "ONEZONE_IA";
  if (days && infrequent && *days < kInfrequentDaysMin) {
    return invalid_argument(
        fmt::format("'Days' in Transition action must be greater than or equal to {} for "
                    "storageClass '{}'",
                    kInfrequentDaysMin, storage));
  }
  return find_date_problem(transition);
}

Problem find_action_problem(const json& rule) {
  constexpr std::array<std::pair<const char*, const char*>, 4> kCounts{
      {{"Expiration", "Days"},
       {"NoncurrentVersionExpiration", "NoncurrentDays"},
       {"NoncurrentVersionExpiration", "NewerNoncurrentVersions"},
       {"AbortIncompleteMultipartUpload", "DaysAfterInitiation"}}};
  for (const auto& [action, name] : kCounts) {
    if (auto problem = find_count_problem(rule, action, name)) return problem;
  }
  if (auto problem = find_date_problem(member(rule, "Expiration"))) return problem;
  for (const json& transition : member(rule, "Transitions")) {
    if (auto problem = find_transition_problem(transition)) return problem;
  }
  if (member(rule, "Expiration").contains("ExpiredObjectDeleteMarker")) {
    if (auto problem = find_unfiltered_problem(rule, "ExpiredObjectDeleteMarker")) return problem;
  }
  if (!rule.contains("AbortIncompleteMultipartUpload")) return std::nullopt;
  return find_unfiltered_problem(rule, "AbortIncompleteMultipartUpload");
}

Problem find_rule_problem(const json& rule, std::set<std::string>& ids) {
  if (auto problem = find_id_problem(rule, ids)) return problem;
  const std::size_t actions =
      count(rule, {"Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"}) +
      member(rule, "Transitions").size() + member(rule, "NoncurrentVersionTransitions").size();
  if (actions == 0) return invalid_request("At least one action needs to be specified in a rule");
  if (auto problem = find_filter_problem(rule)) return problem;
  return find_action_problem(rule);
}

// The first form of the rules has a prefix at the rule itself, the second a filter; a configuration
// is in one of them, which its first rule tells.
Problem find_form_problem(const json& rules) {
  const bool first_form = rules.front().contains("Prefix");
  for (const json& rule : rules) {
    if (first_form && rule.contains("Filter")) {
      return invalid_request("Filter element can only be used in Lifecycle V2.");
    }
    if (!first_form && rule.contains("Prefix")) {
      return invalid_request(
          "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the "
          "Filter.");
    }
    if (first_form &&
        member(rule, "NoncurrentVersionExpiration").contains("NewerNoncurrentVersions")) {
      return invalid_request("NewerNoncurrentVersions element can only be used in Lifecycle V2.");
    }
  }
  return std::nullopt;
}

// Of the first form only: between filters S3 decides by itself.
Problem find_overlap(const json& first, const json& second) {
  const std::string one = first.value("Prefix", "");
  const std::string other = second.value("Prefix", "");
  if (!one.starts_with(other) && !other.starts_with(one)) return std::nullopt;
  constexpr std::array<std::pair<const char*, const char*>, 5> kActions{
      {{"Expiration", "Expiration"},
       {"Transitions", "Transition"},
       {"NoncurrentVersionExpiration", "NoncurrentVersionExpiration"},
       {"NoncurrentVersionTransitions", "NoncurrentVersionTransition"},
       {"AbortIncompleteMultipartUpload", "AbortIncompleteMultipartUpload"}}};
  for (const auto& [name, action] : kActions) {
    if (!first.contains(name) || !second.contains(name)) continue;
    return invalid_request(fmt::format(
        "Found overlapping prefixes '{}' and '{}' for same action type '{}'", one, other, action));
  }
  return std::nullopt;
}

Problem find_overlap(const json& rules) {
  if (!rules.front().contains("Prefix")) return std::nullopt;
  for (std::size_t second = 1; second < rules.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      if (auto problem = find_overlap(rules[first], rules[second])) return problem;
    }
  }
  return std::nullopt;
}

}  // namespace

Problem find_lifecycle_problem(std::string_view document) {
  const json given = json::parse(document);
  const json& rules = member(given, "Rules");
  if (rules.empty() || rules.size() > kRulesMax) return malformed();
  if (!std::ranges::all_of(rules, is_well_formed)) return malformed();
  if (auto problem = find_form_problem(rules)) return problem;
  std::set<std::string> ids;
  for (const json& rule : rules) {
    if (auto problem = find_rule_problem(rule, ids)) return problem;
  }
  return find_overlap(rules);
}

}  // namespace kennel::objects

// Roles, as records: one JSON value a role, in collection "iam-roles", under the lower-case name
// (names that differ by case only are the same to IAM).
//
// Who attaches which managed policy stands a second time in "iam-attachments", under the policy's
// ARN and then the role, so that a policy's attachments can be counted; both change in one commit.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/policy.h"

namespace kennel::access {

struct Role {
  std::string name;
  std::string path;  // "/" or "/team/"
  std::string id;    // AROA...
  std::string description;
  std::string trust_policy;  // JSON, as it was given
  std::chrono::seconds session_max{3600};
  TimePoint created;
  std::optional<std::string> permissions_boundary;  // a policy's ARN
  std::vector<Tag> tags;
  std::vector<std::string> attached_policies;          // ARNs, in the order of attaching
  std::map<std::string, std::string> inline_policies;  // name -> document
  bool is_protected = false;                           // kennel's own: the administrator's

  bool operator==(const Role&) const = default;
};

// What IAM's documentation lists as quotas.
inline constexpr std::size_t kAttachedPoliciesMax = 10;
inline constexpr std::size_t kInlinePolicyLettersMax =
    10240;  // over all of a role's, without blanks
inline constexpr std::size_t kTagsMax = 50;

[[nodiscard]] std::string to_record(const Role& role);
[[nodiscard]] Role role_from_record(std::string_view record);
[[nodiscard]] std::string to_record(const Policy& policy);
[[nodiscard]] Policy policy_from_record(std::string_view record);

}  // namespace kennel::access

// Managed policies, and what every policy document must look like.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/error.h"

namespace kennel::access {

struct Tag {
  std::string key;
  std::string value;

  bool operator==(const Tag&) const = default;
};

// Whether a key stands twice, upper and lower case being the same.
[[nodiscard]] bool has_repeated_key(std::span<const Tag> tags);

struct Policy {
  std::string arn;
  std::string name;
  std::string path;  // "/" or "/team/"
  std::string id;    // ANPA...
  std::string description;
  std::string document;  // JSON, as it was given
  std::string default_version = "v1";
  TimePoint created;
  TimePoint updated;
  std::vector<Tag> tags;
};

enum class PolicyUse {
  kIdentity,  // what a role may do
  kTrust,     // who may be a role
  kSession,   // what a session may at most do
};

// The grammar of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
// kInvalid with IAM's sentence: the document is not a policy, or not one for this use.
[[nodiscard]] base::Result<void> check_policy_document(std::string_view document, PolicyUse use);

}  // namespace kennel::access

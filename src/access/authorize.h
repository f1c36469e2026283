// Whether a caller may do what an operation demands: a pure function.
//
// The evaluator of policies comes with a later version. Until then whoever holds a valid key of
// this account may do everything; `kennel up` says so, and docs/security.md.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "access/caller.h"

namespace kennel::access {

// One thing that the caller must be allowed to do.
struct Demand {
  std::string action;                                       // "iam:CreateRole"
  std::string resource;                                     // an ARN, or "*"
  std::map<std::string, std::vector<std::string>> context;  // condition keys of the request

  bool operator==(const Demand&) const = default;
};

struct Decision {
  bool allowed = true;
  std::string reason;  // "because no identity-based policy allows the iam:CreateRole action"
};

using Authorize = Decision (*)(const Caller& caller, const Demand& demand);

[[nodiscard]] inline Decision allow_every_caller(const Caller&, const Demand&) { return {}; }

}  // namespace kennel::access

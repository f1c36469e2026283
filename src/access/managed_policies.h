// AWS's own managed policies, as the moto package lists them. Unpacked at the first question: most
// servers never ask. Safe from several threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy.h"

namespace kennel::access {

inline constexpr std::string_view kManagedPolicyPrefix = "arn:aws:iam::aws:policy/";

[[nodiscard]] std::optional<Policy> find_managed_policy(std::string_view arn);

// The ARN of the policy with that unique id.
[[nodiscard]] std::optional<std::string> find_managed_policy_arn(std::string_view id);

// In the order of their ARNs, from the one after `after` on; whole policies, at most `limit`.
[[nodiscard]] std::vector<Policy> list_managed_policies(std::string_view after, std::size_t limit);

}  // namespace kennel::access

// Names that IAM makes: unique ids, access keys, ARNs.
#pragma once

#include <string>
#include <string_view>

namespace kennel::access {

// The prefix tells the kind: AROA role, ANPA managed policy, AKIA long-lived key, ASIA session key.
[[nodiscard]] std::string make_unique_id(std::string_view prefix);
[[nodiscard]] std::string make_secret_access_key();  // 40 letters

[[nodiscard]] std::string role_arn(std::string_view account, std::string_view path,
                                   std::string_view name);
[[nodiscard]] std::string policy_arn(std::string_view account, std::string_view path,
                                     std::string_view name);
[[nodiscard]] std::string assumed_role_arn(std::string_view account, std::string_view role,
                                           std::string_view session);

}  // namespace kennel::access

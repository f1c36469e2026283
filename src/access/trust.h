// Whom a role's trust policy lets take the role on. Pure.
#pragma once

#include <string_view>

#include "access/role.h"

namespace kennel::access {

// Whether a service, "sagemaker.amazonaws.com", may assume the role: a statement allows it
// sts:AssumeRole, and none denies it. A condition is not held against anything yet, so an allowing
// statement that has one does not count, and a denying one does.
[[nodiscard]] bool trusts_service(const Role& role, std::string_view service);

}  // namespace kennel::access

// What the audit trail keeps of one request: CloudTrail's record, without secrets.
#pragma once

#include <string>
#include <string_view>

#include "access/caller.h"
#include "observe/audit.h"
#include "wire/shape.h"

namespace kennel::wire {

// A copy with names in CloudTrail's spelling (roleName) and every value that the model calls
// sensitive replaced. Beyond some 16 KiB over all, texts are cut and items left out.
[[nodiscard]] nlohmann::ordered_json to_audit_value(const Shape& shape, const Document& document);

[[nodiscard]] observe::UserIdentity to_user_identity(const access::Caller& caller);

}  // namespace kennel::wire

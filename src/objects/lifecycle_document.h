// Lifecycle rules as a bucket's setting keeps them: the JSON of what S3 calls a
// LifecycleConfiguration, {"Rules": [{"ID", "Status", "Filter": {...}, "Expiration": {...} ...}]},
// a date in seconds since 1970.
#pragma once

#include <string>
#include <string_view>

#include "objects/lifecycle.h"

namespace kennel::objects {

inline constexpr const char* kLifecycleSetting = "lifecycle";

// Of a document that was found to be good. What only moves objects to other storage classes is left
// out.
[[nodiscard]] LifecycleRules rules_from_document(std::string_view document);

// The same with an id for every rule that has none, made as S3 makes them.
[[nodiscard]] std::string name_rules(std::string_view document);

}  // namespace kennel::objects

// The two texts of Signature Version 4: the canonical request, and the string to sign over its
// hash. Pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

struct CanonicalParts {
  RequestView request;
  std::span<const std::string> signed_fields;  // lower case, sorted
  std::string_view payload_hash;
  PathRule path;
};

[[nodiscard]] std::string make_canonical_request(const CanonicalParts& parts);
[[nodiscard]] std::string make_string_to_sign(Time at, const Scope& scope,
                                              std::string_view canonical_request);
// "host;x-amz-date"
[[nodiscard]] std::string join_names(std::span<const std::string> names);

// Blanks at the ends go, runs of blanks inside become one.
void append_trimmed(std::string& out, std::string_view value);

}  // namespace kennel::sign

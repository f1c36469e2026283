// What AWS says when it refuses a request before an operation sees it: each family of services has
// names and status codes of its own for the same thing.
#pragma once

#include <string>
#include <string_view>

#include "access/credentials.h"
#include "sign/sigv4.h"
#include "wire/api_error.h"

namespace kennel::wire {

[[nodiscard]] ApiError missing_signature(const Service& service);
[[nodiscard]] ApiError refused_signature(const Service& service, const sign::Refusal& refusal);
// Too early or too late; S3 tells the client when that was.
[[nodiscard]] ApiError refused_time(const Service& service, const sign::Refusal& refusal,
                                    const sign::Claim& claim, sign::Time now);
// What cannot be read of a presigned URL.
[[nodiscard]] ApiError refused_query(const Service& service, const sign::Refusal& refusal);
// The body's SHA-256 is not what the head said.
[[nodiscard]] ApiError wrong_payload(const Service& service);
[[nodiscard]] ApiError refused_key(const Service& service, access::KeyProblem problem,
                                   std::string_view access_key_id);
[[nodiscard]] ApiError wrong_scope(const Service& service, const sign::Scope& scope);
// `reason` is the evaluator's: "because no identity-based policy allows the ... action".
[[nodiscard]] ApiError access_denied(const Service& service, std::string_view caller_arn,
                                     std::string_view action, std::string_view resource,
                                     std::string_view reason);
[[nodiscard]] ApiError invalid_input(const Service& service, std::string message);
// The same of what stands within the body.
[[nodiscard]] ApiError incomplete_body(const Service& service, std::string message);
[[nodiscard]] ApiError body_too_large(const Service& service, std::uint64_t bytes_max);
[[nodiscard]] ApiError broken_body(const Service& service, std::string message);
// Too much at once: the client's SDK tries again by itself.
[[nodiscard]] ApiError throttled(const Service& service);
[[nodiscard]] ApiError not_implemented(std::string_view service, std::string_view operation);
// The world broke on our side; the details are in the server's log under the request id.
[[nodiscard]] ApiError internal_failure(const Service& service);

}  // namespace kennel::wire

// A request that owns its texts, for tests that sign and then change it.
#pragma once

#include <string>

#include "sign/hmac.h"
#include "sign/sigv4.h"

namespace kennel::sign {

struct SignedRequest {
  std::string method = "GET";
  std::string target = "/";
  base::Fields fields{};
  std::string body{};
  Time at{};

  [[nodiscard]] RequestView view() const { return {method, target, fields}; }
};

inline const Credentials kCredentials{"AKIDTEST", "secret", "token"};
inline constexpr std::string_view kRegion = "us-east-1";

// As the server does it: claim, time, signature, and the body's hash where the client said one.
inline Checked<void> verify(const SignedRequest& request, PathRule path,
                            std::string_view secret = kCredentials.secret) {
  KENNEL_TRY(const auto claim, parse_claim(request.view()));
  base::check(claim.has_value(), "the request carries a signature");
  const Verification rules{.now = request.at, .path = path};
  KENNEL_TRY_VOID(check_time(*claim, rules));
  const SigningKey key = derive_signing_key(secret, claim->scope);
  const std::string hash = to_hex(base::sha256(base::as_bytes(request.body)));
  KENNEL_TRY_VOID(
      check_signature(*claim, request.view(), key, claim->payload_hash.value_or(hash), rules));
  if (claim->payload == Payload::kHashed && claim->payload_hash.value_or(hash) != hash) {
    return tl::unexpected(Refusal{RefusalReason::kWrongPayload, "the body has another hash"});
  }
  return {};
}

}  // namespace kennel::sign

#include <fmt/format.h>

#include <utility>

#include "sign/canonical.h"
#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/sigv4.h"
#include "sign/timestamp.h"

namespace kennel::sign {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string to_minutes(seconds duration) {
  return duration % minutes(1) == seconds(0)
             ? fmt::format("{} min.", std::chrono::duration_cast<minutes>(duration).count())
             : fmt::format("{} sec.", duration.count());
}

Checked<void> check_not_future(Time signed_at, Time now, seconds skew_max) {
  if (signed_at <= now + skew_max) return {};
  return refuse(RefusalReason::kNotYetValid,
                fmt::format("Signature not yet current: {} is still later than {} ({} + {})",
                            to_iso_basic(signed_at), to_iso_basic(now + skew_max),
                            to_iso_basic(now), to_minutes(skew_max)));
}

Checked<void> check_not_stale(Time signed_at, Time now, seconds skew_max) {
  if (signed_at >= now - skew_max) return {};
  return refuse(
      RefusalReason::kTooOld,
      fmt::format("Signature expired: {} is now earlier than {} ({} - {})", to_iso_basic(signed_at),
                  to_iso_basic(now - skew_max), to_iso_basic(now), to_minutes(skew_max)));
}

Checked<void> check_not_expired(Time signed_at, Time now, seconds expires_after) {
  if (now <= signed_at + expires_after) return {};
  return refuse(
      RefusalReason::kExpired,
      fmt::format("Request has expired: signed at {} for {} seconds, and it is now {}. Presign it "
                  "again.",
                  to_iso_basic(signed_at), expires_after.count(), to_iso_basic(now)));
}

}  // namespace

std::string Scope::text() const {
  std::string text;
  text.reserve(date.size() + region.size() + service.size() + 15);
  return text.append(date).append("/").append(region).append("/").append(service).append(
      "/aws4_request");
}

SigningKey derive_signing_key(std::string_view secret, const Scope& scope) {
  const std::string first = std::string("AWS4").append(secret);
  const base::Digest of_day = hmac_sha256(base::as_bytes(first), scope.date);
  const base::Digest of_region = hmac_sha256(of_day.bytes, scope.region);
  const base::Digest of_service = hmac_sha256(of_region.bytes, scope.service);
  return hmac_sha256(of_service.bytes, "aws4_request");
}

Checked<void> check_time(const Claim& claim, const Verification& rules) {
  // Clients write whole seconds, so parts of ours would refuse what is just in time.
  const Time now = std::chrono::floor<seconds>(rules.now);
  if (claim.version_2) {
    if (now <= *claim.expires_at) return {};
    return refuse(RefusalReason::kExpired, "Request has expired");
  }
  KENNEL_TRY_VOID(check_not_future(claim.signed_at, now, rules.skew_max));
  if (claim.expires_after) return check_not_expired(claim.signed_at, now, *claim.expires_after);
  return check_not_stale(claim.signed_at, now, rules.skew_max);
}

Checked<void> check_signature(const Claim& claim, const RequestView& request, const SigningKey& key,
                              std::string_view payload_hash, const Verification& rules) {
  std::string canonical =
      make_canonical_request({request, claim.signed_fields, payload_hash, rules.path});
  std::string to_sign = make_string_to_sign(claim.signed_at, claim.scope, canonical);
  const std::string signature = to_hex(hmac_sha256(key.bytes, to_sign));
  if (equal_in_constant_time(signature, claim.signature)) return {};
  return tl::unexpected(Refusal{RefusalReason::kWrongSignature, std::string(kSignatureDoesNotMatch),
                                std::move(canonical), std::move(to_sign)});
}

}  // namespace kennel::sign

#include "sign/form_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sign/canonical.h"
#include "sign/credential.h"
#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/timestamp.h"

namespace kennel::sign {
namespace {

constexpr std::chrono::minutes kSkewMax{15};
constexpr std::chrono::days kKeyLife{7};

tl::unexpected<Refusal> refuse_missing(std::string_view name) {
  return refuse_malformed(
      fmt::format("Bucket POST must contain a field named '{}'.  If it is specified, please check "
                  "the order of the fields.",
                  name));
}

Checked<std::string> get_field(std::span<const base::Field> fields, std::string_view name) {
  const auto value = base::find_field(fields, name);
  if (!value) return refuse_missing(name);
  return std::string(*value);
}

Checked<void> read_version_4(FormClaim& claim, std::span<const base::Field> fields) {
  KENNEL_TRY(const auto algorithm, get_field(fields, "x-amz-algorithm"));
  if (algorithm != kAlgorithm) {
    return refuse_malformed("x-amz-algorithm only supports \"AWS4-HMAC-SHA256\", got " +
                            shown(algorithm));
  }
  KENNEL_TRY(const auto credential, get_field(fields, "x-amz-credential"));
  KENNEL_TRY(const auto date, get_field(fields, "x-amz-date"));
  KENNEL_TRY(const auto signature, get_field(fields, "x-amz-signature"));
  Claim words;
  KENNEL_TRY_VOID(read_credential(words, credential));
  KENNEL_TRY_VOID(read_signature(words, signature));
  const auto signed_at = parse_iso_basic(date);
  if (!signed_at) {
    return refuse_malformed("x-amz-date must be in ISO-8601 'basic format', got " + shown(date));
  }
  if (words.scope.date != to_iso_basic(*signed_at).substr(0, 8)) {
    return refuse(RefusalReason::kWrongScope,
                  fmt::format("The date in x-amz-credential, {}, is not that of x-amz-date, {}.",
                              shown(words.scope.date), shown(date)));
  }
  claim.access_key_id = std::move(words.access_key_id);
  claim.signature = std::move(words.signature);
  claim.scope = std::move(words.scope);
  claim.signed_at = *signed_at;
  return {};
}

Checked<void> read_version_2(FormClaim& claim, std::span<const base::Field> fields) {
  KENNEL_TRY(claim.access_key_id, get_field(fields, "AWSAccessKeyId"));
  KENNEL_TRY(claim.signature, get_field(fields, "signature"));
  return {};
}

bool has_any(std::span<const base::Field> fields, std::span<const std::string_view> names) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return base::find_field(fields, name).has_value(); });
}

Checked<void> check_equal(const FormClaim& claim, std::string_view signature) {
  if (equal_in_constant_time(signature, claim.signature)) return {};
  return tl::unexpected(Refusal{RefusalReason::kWrongSignature, std::string(kSignatureDoesNotMatch),
                                "", claim.policy});
}

}  // namespace

Checked<std::optional<FormClaim>> parse_form_claim(std::span<const base::Field> fields) {
  constexpr std::array<std::string_view, 3> kOfVersion4{"x-amz-algorithm", "x-amz-credential",
                                                        "x-amz-signature"};
  constexpr std::array<std::string_view, 2> kOfVersion2{"AWSAccessKeyId", "signature"};
  const bool version_4 = has_any(fields, kOfVersion4);
  const bool version_2 = has_any(fields, kOfVersion2);
  if (version_4 && version_2) {
    return refuse_malformed(
        "Only one auth mechanism allowed; a form is signed by version 4 or by version 2.");
  }
  FormClaim claim;
  if (!version_4 && !version_2) {
    if (!base::find_field(fields, "policy")) return std::nullopt;
    return refuse_missing("x-amz-signature");
  }
  KENNEL_TRY(claim.policy, get_field(fields, "policy"));
  KENNEL_TRY_VOID(version_4 ? read_version_4(claim, fields) : read_version_2(claim, fields));
  claim.session_token = base::find_field(fields, "x-amz-security-token").value_or("");
  return claim;
}

Checked<void> check_form_time(const FormClaim& claim, Time now) {
  if (!claim.scope) return {};
  if (claim.signed_at > now + kSkewMax) {
    return refuse(RefusalReason::kNotYetValid,
                  fmt::format("Signature not yet current: {} is still later than {}",
                              to_iso_basic(claim.signed_at), to_iso_basic(now + kSkewMax)));
  }
  if (claim.signed_at < now - kKeyLife) {
    return refuse(RefusalReason::kExpired,
                  fmt::format("Request has expired: the form was signed at {}, and a signature is "
                              "good for 7 days. Sign it again.",
                              to_iso_basic(claim.signed_at)));
  }
  return {};
}

Checked<void> check_form_signature(const FormClaim& claim, const SigningKey& key) {
  return check_equal(claim, to_hex(hmac_sha256(key.bytes, claim.policy)));
}

Checked<void> check_form_signature_v2(const FormClaim& claim, std::string_view secret) {
  return check_equal(claim, base::to_base64(hmac_sha1(base::as_bytes(secret), claim.policy)));
}

}  // namespace kennel::sign

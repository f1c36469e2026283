#include "sign/presigned.h"

#include <array>
#include <charconv>
#include <utility>

#include "sign/canonical.h"
#include "sign/credential.h"
#include "sign/refusal.h"
#include "sign/timestamp.h"
#include "sign/uri.h"

namespace kennel::sign {
namespace {

constexpr int kExpiresMaxSeconds = 604'800;  // a week
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

using Word = std::optional<std::string> QueryWords::*;
constexpr std::array<std::pair<std::string_view, Word>, 12> kWords{{
    {"X-Amz-Algorithm", &QueryWords::algorithm},
    {"X-Amz-Credential", &QueryWords::credential},
    {"X-Amz-Date", &QueryWords::date},
    {"X-Amz-Expires", &QueryWords::expires},
    {"X-Amz-SignedHeaders", &QueryWords::signed_fields},
    {"X-Amz-Signature", &QueryWords::signature},
    {"X-Amz-Security-Token", &QueryWords::session_token},
    {"X-Amz-Content-Sha256", &QueryWords::payload},
    {"AWSAccessKeyId", &QueryWords::access_key_id},
    {"Signature", &QueryWords::signature_v2},
    {"Expires", &QueryWords::expires_v2},
    {"x-amz-security-token", &QueryWords::session_token_v2},
}};

Checked<void> read_expires(Claim& claim, std::string_view text) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || seconds < 1 || seconds > kExpiresMaxSeconds) {
    return refuse_malformed(
        "X-Amz-Expires must be a number of seconds from 1, and less than a week (in seconds); that "
        "is, at most 604800. Got " +
        shown(text));
  }
  claim.expires_after = std::chrono::seconds(seconds);
  return {};
}

Checked<void> read_date(Claim& claim, std::string_view text) {
  const auto time = parse_iso_basic(text);
  if (!time) {
    return refuse_malformed(
        "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\", got " +
        shown(text));
  }
  claim.signed_at = *time;
  return {};
}

// The query's word counts before the header's, as JavaScript's SDK presigns; without either S3
// signs UNSIGNED-PAYLOAD, everybody else the body's hash.
Checked<void> read_presigned_payload(Claim& claim, const QueryWords& words,
                                     std::span<const base::Field> fields) {
  KENNEL_TRY(const auto header, find_only(fields, "x-amz-content-sha256"));
  if (words.payload && header && *words.payload != *header) {
    return refuse_malformed("X-Amz-Content-Sha256 in the query is " + shown(*words.payload) +
                            ", in the header " + shown(*header) + "; send one of them.");
  }
  if (words.payload) return read_payload(claim, *words.payload);
  if (header) return read_payload(claim, *header);
  if (claim.scope.service == "s3") return read_payload(claim, kUnsignedPayload);
  return {};
}

Checked<void> refuse_fields_of_the_other_way(std::span<const base::Field> fields) {
  for (const std::string_view name : {"x-amz-date", "x-amz-security-token"}) {
    if (!base::find_field(fields, name)) continue;
    return refuse_malformed("A request that is signed in its query must not have the header '" +
                            std::string(name) + "'.");
  }
  return {};
}

Checked<void> check_complete(const QueryWords& words) {
  if (!words.algorithm || !words.credential || !words.signature || !words.date ||
      !words.signed_fields || !words.expires) {
    return refuse_malformed(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  if (*words.algorithm != kAlgorithm) {
    return refuse_malformed("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\", got " +
                            shown(*words.algorithm));
  }
  return {};
}

}  // namespace

Checked<QueryWords> find_query_words(std::string_view query) {
  QueryWords words;
  while (!query.empty()) {
    const Parameter parameter = take_parameter(query);
    const std::string name = percent_decode(parameter.name);
    for (const auto& [known, word] : kWords) {
      if (name != known) continue;
      if (words.*word) {
        return refuse_malformed("The query has the parameter '" + name +
                                "' more than once; send it once.");
      }
      words.*word = percent_decode(parameter.value);
    }
  }
  return words;
}

Checked<Claim> parse_presigned(const QueryWords& words, const RequestView& request) {
  KENNEL_TRY_VOID(check_complete(words));
  KENNEL_TRY_VOID(refuse_fields_of_the_other_way(request.fields));
  Claim claim;
  claim.presigned = true;
  KENNEL_TRY_VOID(read_credential(claim, *words.credential));
  KENNEL_TRY_VOID(read_date(claim, *words.date));
  KENNEL_TRY_VOID(read_expires(claim, *words.expires));
  KENNEL_TRY_VOID(read_signed_fields(claim, *words.signed_fields));
  KENNEL_TRY_VOID(read_signature(claim, *words.signature));
  KENNEL_TRY_VOID(read_presigned_payload(claim, words, request.fields));
  claim.session_token = words.session_token.value_or("");
  return claim;
}

}  // namespace kennel::sign

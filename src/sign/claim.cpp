#include <array>
#include <utility>

#include "sign/canonical.h"
#include "sign/credential.h"
#include "sign/presigned.h"
#include "sign/refusal.h"
#include "sign/sigv2.h"
#include "sign/sigv4.h"
#include "sign/timestamp.h"
#include "sign/uri.h"

namespace kennel::sign {
namespace {

struct HeaderWords {
  std::optional<std::string_view> credential;
  std::optional<std::string_view> signed_fields;
  std::optional<std::string_view> signature;
};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

Checked<void> read_word(HeaderWords& words, std::string_view part) {
  using Word = std::optional<std::string_view> HeaderWords::*;
  constexpr std::array<std::pair<std::string_view, Word>, 3> kWords{{
      {"Credential=", &HeaderWords::credential},
      {"SignedHeaders=", &HeaderWords::signed_fields},
      {"Signature=", &HeaderWords::signature},
  }};
  for (const auto& [name, word] : kWords) {
    if (!part.starts_with(name) || words.*word) continue;
    words.*word = part.substr(name.size());
    return {};
  }
  return refuse_malformed(
      "The authorization header is malformed: after AWS4-HMAC-SHA256 stand Credential, "
      "SignedHeaders and Signature, each once, with ',' between them, got " +
      shown(part));
}

Checked<HeaderWords> split_authorization(std::string_view parameters) {
  HeaderWords words;
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(','), parameters.size());
    KENNEL_TRY_VOID(read_word(words, trim(parameters.substr(0, end))));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return words;
}

// All that is missing in one message, as AWS says it.
Checked<void> check_complete(const HeaderWords& words, bool has_date) {
  std::string missing;
  for (const auto& [name, word] :
       {std::pair{"Credential", words.credential}, std::pair{"Signature", words.signature},
        std::pair{"SignedHeaders", words.signed_fields}}) {
    if (word) continue;
    missing.append("Authorization header requires '").append(name).append("' parameter. ");
  }
  if (!has_date) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (missing.empty()) return {};
  return refuse_malformed(missing + "Authorization=AWS4-HMAC-SHA256");
}

Checked<std::string_view> check_algorithm(std::string_view authorization) {
  const std::size_t end = std::min(authorization.find(' '), authorization.size());
  const std::string_view algorithm = authorization.substr(0, end);
  if (algorithm == kAlgorithm) return trim(authorization.substr(end));
  if (algorithm.starts_with("AWS4-ECDSA-P256-SHA256")) {
    return refuse_malformed(
        "Signature Version 4A (AWS4-ECDSA-P256-SHA256) is not supported here. Please use "
        "AWS4-HMAC-SHA256.");
  }
  return refuse_malformed(
      "The authorization mechanism you have provided is not supported. Please use "
      "AWS4-HMAC-SHA256. Got " +
      shown(algorithm));
}

// X-Amz-Date, or else Date in either form.
Checked<std::optional<Time>> find_time(std::span<const base::Field> fields) {
  KENNEL_TRY(const auto amz_date, find_only(fields, "x-amz-date"));
  KENNEL_TRY(const auto date, find_only(fields, "date"));
  if (!amz_date && !date) return std::nullopt;
  const std::string_view text = trim(amz_date ? *amz_date : *date);
  auto time = parse_iso_basic(text);
  if (!time && !amz_date) time = parse_http_date(text);
  if (!time) {
    return refuse_malformed("Date must be in ISO-8601 'basic format'. Got " + shown(text) +
                            ". See http://en.wikipedia.org/wiki/ISO_8601");
  }
  return time;
}

Checked<Claim> parse_header(std::string_view authorization, const RequestView& request) {
  KENNEL_TRY(const auto parameters, check_algorithm(trim(authorization)));
  KENNEL_TRY(const auto words, split_authorization(parameters));
  KENNEL_TRY(const auto time, find_time(request.fields));
  KENNEL_TRY_VOID(check_complete(words, time.has_value()));
  Claim claim;
  claim.signed_at = *time;
  KENNEL_TRY_VOID(read_credential(claim, *words.credential));
  KENNEL_TRY_VOID(read_signed_fields(claim, *words.signed_fields));
  KENNEL_TRY_VOID(read_signature(claim, *words.signature));
  KENNEL_TRY(const auto payload, find_only(request.fields, "x-amz-content-sha256"));
  if (payload) {
    KENNEL_TRY_VOID(read_payload(claim, *payload));
  }
  KENNEL_TRY(const auto token, find_only(request.fields, "x-amz-security-token"));
  claim.session_token = trim(token.value_or(""));
  return claim;
}

Checked<std::optional<Claim>> parse_either(std::optional<std::string_view> authorization,
                                           const RequestView& request) {
  KENNEL_TRY(const auto words, find_query_words(split_target(request.target).query));
  if (authorization && (words.has_v4() || words.has_v2())) {
    return refuse_malformed(
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
        "query string parameter or the Authorization header should be specified");
  }
  if (words.has_v2()) return parse_presigned_v2(words);
  if (words.has_v4()) return parse_presigned(words, request);
  if (authorization) return parse_header(*authorization, request);
  return std::nullopt;
}

}  // namespace

Checked<std::optional<Claim>> parse_claim(const RequestView& request) {
  KENNEL_TRY(const auto authorization, find_only(request.fields, "authorization"));
  KENNEL_TRY(auto claim, parse_either(authorization, request));
  if (!claim) return std::nullopt;
  KENNEL_TRY(const auto host, find_only(request.fields, "host"));
  if (!host) return refuse_malformed("The request has no Host header; a signature covers it.");
  if (!claim->version_2) KENNEL_TRY_VOID(check_against_request(*claim, request));
  return claim;
}

}  // namespace kennel::sign

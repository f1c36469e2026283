#include "sign/credential.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/timestamp.h"

namespace kennel::sign {
namespace {

constexpr std::string_view kTerminator = "aws4_request";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

bool is_visible(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter <= '~'; });
}

// RFC 9110's token, without upper case.
bool is_lower_field_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
           kMarks.find(letter) != std::string_view::npos;
  });
}

bool may_be_unsigned(const Claim& claim, std::string_view lower_name) {
  return !lower_name.starts_with("x-amz-") ||
         (claim.presigned && lower_name == "x-amz-content-sha256");
}

Checked<void> check_date(const Claim& claim) {
  const std::string signed_at = to_iso_basic(claim.signed_at);
  if (claim.scope.date == signed_at.substr(0, 8)) return {};
  return refuse(RefusalReason::kWrongScope,
                fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 "
                            "version of date from HTTP: {} != '{}', from '{}'.",
                            shown(claim.scope.date), signed_at.substr(0, 8), signed_at));
}

Checked<void> check_present(const Claim& claim, std::span<const base::Field> fields) {
  // Each name is there once, so more names than fields cannot all be found.
  const std::size_t names_max = fields.size() + 1;
  for (const std::string& name :
       std::span(claim.signed_fields).first(std::min(names_max, claim.signed_fields.size()))) {
    if (base::find_field(fields, name)) continue;
    return refuse(
        RefusalReason::kWrongSignature,
        fmt::format("SignedHeaders names {}, which the request does not have. Sign the headers "
                    "that are sent, and send those that are signed.",
                    shown(name)));
  }
  return {};
}

}  // namespace

Checked<void> read_credential(Claim& claim, std::string_view credential) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5 || !std::ranges::all_of(parts, is_visible)) {
    return refuse_malformed(
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term, got " +
        shown(credential));
  }
  if (parts[4] != kTerminator) {
    return refuse_malformed(
        "Credential should be scoped with a valid terminator: 'aws4_request', not " +
        shown(parts[4]));
  }
  claim.access_key_id = parts[0];
  claim.scope = {std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
  return {};
}

Checked<void> read_signed_fields(Claim& claim, std::string_view names) {
  for (const std::string_view name : split(names, ';')) {
    const bool in_order = claim.signed_fields.empty() || claim.signed_fields.back() < name;
    if (!is_lower_field_name(name) || !in_order) {
      return refuse_malformed(
          "SignedHeaders must be lower-case header names, sorted, each once, with ';' between "
          "them, e.g. 'host;x-amz-date', got " +
          shown(names));
    }
    claim.signed_fields.emplace_back(name);
  }
  return {};
}

Checked<void> read_signature(Claim& claim, std::string_view signature) {
  if (!is_hex_digest(signature)) {
    return refuse_malformed("Signature must be 64 lower-case hexadecimal digits, got " +
                            shown(signature));
  }
  claim.signature = signature;
  return {};
}

Checked<void> read_payload(Claim& claim, std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Payload>, 4> kWords{{
      {"UNSIGNED-PAYLOAD", Payload::kUnsigned},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Payload::kSignedChunks},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Payload::kSignedChunksTrailer},
      {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", Payload::kUnsignedChunksTrailer},
  }};
  const auto* const found =
      std::ranges::find(kWords, word, &std::pair<std::string_view, Payload>::first);
  if (found == kWords.end() && !is_hex_digest(word)) {
    return refuse_malformed(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a "
        "valid sha256 value, got " +
        shown(word));
  }
  claim.payload = found == kWords.end() ? Payload::kHashed : found->second;
  claim.payload_hash = word;
  return {};
}

Checked<void> check_against_request(const Claim& claim, const RequestView& request) {
  KENNEL_TRY_VOID(check_date(claim));
  if (!std::ranges::binary_search(claim.signed_fields, "host")) {
    return refuse(RefusalReason::kUnsignedField,
                  "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const base::Field& field : request.fields) {
    const std::string name = base::to_lower(field.name);
    if (may_be_unsigned(claim, name)) continue;
    if (std::ranges::binary_search(claim.signed_fields, name)) continue;
    return refuse(RefusalReason::kUnsignedField,
                  "There were headers present in the request which were not signed: " +
                      shown(name) + " must be in SignedHeaders.");
  }
  return check_present(claim, request.fields);
}

Checked<std::optional<std::string_view>> find_only(std::span<const base::Field> fields,
                                                   std::string_view name) {
  std::optional<std::string_view> value;
  for (const base::Field& field : fields) {
    if (!base::equals_ignoring_case(field.name, name)) continue;
    if (value) {
      return refuse_malformed(
          fmt::format("The request has the header '{}' more than once; send it once.", name));
    }
    value = field.value;
  }
  return value;
}

}  // namespace kennel::sign

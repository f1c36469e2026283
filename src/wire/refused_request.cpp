#include "wire/refused_request.h"

#include <fmt/format.h>

#include <array>

#include "base/bytes.h"
#include "wire/timestamp.h"

namespace kennel::wire {
namespace {

struct Words {
  std::string_view code;
  int status;
};

// One column a family: query, json, rest-json, rest-xml; in the order of Protocol.
struct Row {
  std::array<Words, 4> words;
};

const Words& pick(const Service& service, const Row& row) {
  return row.words[static_cast<std::size_t>(service.protocol)];
}

ApiError say(const Service& service, const Row& row, std::string message) {
  const Words& words = pick(service, row);
  return {std::string(words.code), words.status, std::move(message), words.status < 500};
}

constexpr Row kMissingSignature{{{{"MissingAuthenticationToken", 403},
                                  {"MissingAuthenticationTokenException", 400},
                                  {"MissingAuthenticationTokenException", 403},
                                  {"AccessDenied", 403}}}};
constexpr Row kMalformed{{{{"IncompleteSignature", 400},
                           {"IncompleteSignatureException", 400},
                           {"IncompleteSignatureException", 403},
                           {"AuthorizationHeaderMalformed", 400}}}};
constexpr Row kWrongSignature{{{{"SignatureDoesNotMatch", 403},
                                {"InvalidSignatureException", 400},
                                {"InvalidSignatureException", 403},
                                {"SignatureDoesNotMatch", 403}}}};
constexpr Row kSkewed{{{{"SignatureDoesNotMatch", 403},
                        {"InvalidSignatureException", 400},
                        {"InvalidSignatureException", 403},
                        {"RequestTimeTooSkewed", 403}}}};
constexpr Row kUrlExpired{{{{"SignatureDoesNotMatch", 403},
                            {"InvalidSignatureException", 400},
                            {"InvalidSignatureException", 403},
                            {"AccessDenied", 403}}}};
constexpr Row kWrongPayload{{{{"SignatureDoesNotMatch", 403},
                              {"InvalidSignatureException", 400},
                              {"InvalidSignatureException", 403},
                              {"XAmzContentSHA256Mismatch", 400}}}};
constexpr Row kWrongScope{{{{"SignatureDoesNotMatch", 403},
                            {"InvalidSignatureException", 400},
                            {"InvalidSignatureException", 403},
                            {"AuthorizationHeaderMalformed", 400}}}};
constexpr Row kUnknownKey{{{{"InvalidClientTokenId", 403},
                            {"UnrecognizedClientException", 400},
                            {"UnrecognizedClientException", 403},
                            {"InvalidAccessKeyId", 403}}}};
constexpr Row kWrongToken{{{{"InvalidClientTokenId", 403},
                            {"UnrecognizedClientException", 400},
                            {"UnrecognizedClientException", 403},
                            {"InvalidToken", 400}}}};
constexpr Row kExpiredToken{{{{"ExpiredToken", 403},
                              {"ExpiredTokenException", 400},
                              {"ExpiredTokenException", 403},
                              {"ExpiredToken", 400}}}};
constexpr Row kDenied{{{{"AccessDenied", 403},
                        {"AccessDeniedException", 400},
                        {"AccessDeniedException", 403},
                        {"AccessDenied", 403}}}};
constexpr Row kInvalid{{{{"ValidationError", 400},
                         {"ValidationException", 400},
                         {"ValidationException", 400},
                         {"InvalidArgument", 400}}}};
constexpr Row kTooLarge{{{{"RequestEntityTooLarge", 413},
                          {"RequestEntityTooLargeException", 413},
                          {"RequestEntityTooLargeException", 413},
                          {"EntityTooLarge", 400}}}};
constexpr Row kBroken{{{{"IncompleteBody", 400},
                        {"SerializationException", 400},
                        {"SerializationException", 400},
                        {"IncompleteBody", 400}}}};
constexpr Row kThrottled{{{{"Throttling", 400},
                           {"ThrottlingException", 400},
                           {"ThrottlingException", 429},
                           {"SlowDown", 503}}}};
constexpr Row kInternal{{{{"InternalFailure", 500},
                          {"InternalServerException", 500},
                          {"ServiceException", 500},
                          {"InternalError", 500}}}};

const Row& row_of(sign::RefusalReason reason) {
  switch (reason) {
    case sign::RefusalReason::kNotYetValid:
    case sign::RefusalReason::kTooOld:
      return kSkewed;
    case sign::RefusalReason::kExpired:
      return kUrlExpired;
    case sign::RefusalReason::kWrongSignature:
      return kWrongSignature;
    case sign::RefusalReason::kWrongScope:
      return kWrongScope;
    case sign::RefusalReason::kWrongPayload:
      return kWrongPayload;
    case sign::RefusalReason::kMalformed:
    case sign::RefusalReason::kUnsignedField:
      break;
  }
  return kMalformed;
}

bool is_s3(const Service& service) { return service.protocol == Protocol::kRestXml; }

}  // namespace

ApiError missing_signature(const Service& service) {
  if (is_s3(service)) return say(service, kMissingSignature, "Access Denied");
  return say(service, kMissingSignature, "Request is missing Authentication Token");
}

ApiError refused_signature(const Service& service, const sign::Refusal& refusal) {
  ApiError error = say(service, row_of(refusal.reason), refusal.message);
  if (is_s3(service) && refusal.reason == sign::RefusalReason::kUnsignedField) {
    error.code = "AccessDenied";
    error.status = 403;
    error.message = "There were headers present in the request which were not signed";
    error.details["HeadersNotSigned"] = refusal.message;
  }
  if (is_s3(service) && error.code == "RequestTimeTooSkewed") {
    error.message = "The difference between the request time and the current time is too large.";
  }
  if (is_s3(service) && !refusal.string_to_sign.empty()) {
    error.details["StringToSign"] = refusal.string_to_sign;
  }
  if (is_s3(service) && !refusal.canonical_request.empty()) {
    error.details["CanonicalRequest"] = refusal.canonical_request;
  }
  return error;
}

ApiError refused_time(const Service& service, const sign::Refusal& refusal,
                      const sign::Claim& claim, sign::Time now) {
  ApiError error = refused_signature(service, refusal);
  if (!is_s3(service) || refusal.reason != sign::RefusalReason::kExpired) return error;
  const auto shown = [](sign::Time time) {
    return format_timestamp(
        static_cast<double>(
            std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count()),
        TimestampFormat::kIso8601);
  };
  error.message = "Request has expired";
  error.details["ServerTime"] = shown(now);
  error.details["Expires"] = shown(
      claim.version_2 ? *claim.expires_at
                      : claim.signed_at + claim.expires_after.value_or(std::chrono::seconds(0)));
  if (claim.expires_after) {
    error.details["X-Amz-Expires"] = std::to_string(claim.expires_after->count());
  }
  return error;
}

ApiError refused_query(const Service& service, const sign::Refusal& refusal) {
  ApiError error = refused_signature(service, refusal);
  if (is_s3(service) && refusal.reason == sign::RefusalReason::kMalformed) {
    error.code = "AuthorizationQueryParametersError";
  }
  return error;
}

ApiError wrong_payload(const Service& service) {
  return refused_signature(
      service, {sign::RefusalReason::kWrongPayload,
                "The provided 'x-amz-content-sha256' header does not match what was computed."});
}

ApiError refused_key(const Service& service, access::KeyProblem problem,
                     std::string_view access_key_id) {
  switch (problem) {
    case access::KeyProblem::kExpired:
      return say(service, kExpiredToken,
                 is_s3(service) ? "The provided token has expired."
                                : "The security token included in the request is expired");
    case access::KeyProblem::kWrongToken:
      return say(service, kWrongToken,
                 is_s3(service) ? "The provided token is malformed or otherwise invalid."
                                : "The security token included in the request is invalid.");
    case access::KeyProblem::kUnknownKey:
      break;
  }
  if (!is_s3(service)) {
    return say(service, kUnknownKey, "The security token included in the request is invalid.");
  }
  ApiError error = say(service, kUnknownKey,
                       "The AWS Access Key Id you provided does not exist in our records.");
  error.details["AWSAccessKeyId"] = access_key_id;
  return error;
}

ApiError wrong_scope(const Service& service, const sign::Scope& scope) {
  if (scope.service != service.signing_name) {
    return say(
        service, kWrongScope,
        fmt::format("Credential should be scoped to correct service: '{}'.", service.signing_name));
  }
  return say(
      service, kWrongScope,
      fmt::format("Credential should be scoped to a valid region. '{}' is none.", scope.region));
}

ApiError access_denied(const Service& service, std::string_view caller_arn, std::string_view action,
                       std::string_view resource, std::string_view reason) {
  // S3 puts the resource into quotes.
  const std::string_view quote = is_s3(service) ? "\"" : "";
  return say(service, kDenied,
             fmt::format("User: {} is not authorized to perform: {} on resource: {}{}{} {}",
                         caller_arn, action, quote, resource, quote, reason));
}

ApiError invalid_input(const Service& service, std::string message) {
  return say(service, kInvalid, std::move(message));
}

ApiError incomplete_body(const Service& service, std::string message) {
  if (!is_s3(service)) return invalid_input(service, std::move(message));
  return {"MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published "
          "schema"};
}

ApiError body_too_large(const Service& service, std::uint64_t bytes_max) {
  return say(service, kTooLarge,
             fmt::format("The request's body is larger than {}, which this operation takes.",
                         base::to_human_size(bytes_max)));
}

ApiError broken_body(const Service& service, std::string message) {
  return say(service, kBroken, std::move(message));
}

ApiError throttled(const Service& service) {
  return say(service, kThrottled,
             is_s3(service) ? "Please reduce your request rate." : "Rate exceeded");
}

ApiError not_implemented(std::string_view service, std::string_view operation) {
  return {"NotImplemented", 501,
          operation.empty() ? fmt::format("This version of kennel does not have the service {}; "
                                          "docs/compatibility.md lists what it has.",
                                          service)
                            : fmt::format("This version of kennel does not implement {} of {}; "
                                          "docs/compatibility.md lists what it does.",
                                          operation, service)};
}

ApiError internal_failure(const Service& service) {
  ApiError error =
      say(service, kInternal,
          "The request processing has failed because of an unknown error, exception or failure.");
  error.sender_fault = false;
  return error;
}

}  // namespace kennel::wire

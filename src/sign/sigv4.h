// AWS Signature Version 4, checked and made: https://docs.aws.amazon.com/IAM/latest/UserGuide/
// reference_sigv.html. Pure functions of their arguments; nothing here knows HTTP, users or the
// time.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/field.h"

namespace kennel::sign {

using Time = std::chrono::system_clock::time_point;

// A request as it came over the wire: the target raw, the fields in their order.
struct RequestView {
  std::string_view method;
  std::string_view target;  // "/path?query"
  std::span<const base::Field> fields;
};

// Whom a signature is for: "20261121/us-east-1/iam/aws4_request".
struct Scope {
  std::string date;
  std::string region;
  std::string service;

  bool operator==(const Scope&) const = default;
  [[nodiscard]] std::string text() const;
};

// How the client vouches for the body (x-amz-content-sha256).
enum class Payload {
  kHashed,                 // by a hash: in the header, or of the body that is here
  kUnsigned,               // UNSIGNED-PAYLOAD
  kSignedChunks,           // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  kSignedChunksTrailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  kUnsignedChunksTrailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// What the client says of itself, not yet believed.
struct Claim {
  std::string access_key_id;
  Scope scope;
  Time signed_at;
  std::optional<std::chrono::seconds> expires_after;  // presigned URLs
  std::vector<std::string> signed_fields;             // lower case, sorted
  std::string signature;                              // 64 hex digits
  std::string session_token;                          // empty: none
  Payload payload = Payload::kHashed;
  // The word of x-amz-content-sha256, whole: for kHashed 64 hex digits. A presigned URL of S3 that
  // has none says UNSIGNED-PAYLOAD.
  std::optional<std::string> payload_hash;
  bool presigned = false;
  // A presigned URL of S3 in Signature Version 2 (sigv2.h): `signature` is base64, there is no
  // scope and no signed_at.
  bool version_2 = false;
  std::optional<Time> expires_at;
};

enum class RefusalReason {
  kMalformed,      // the Authorization header, query or date is not well-formed
  kUnsignedField,  // host or an x-amz-* field is not signed
  kNotYetValid,    // signed too far in the future
  kTooOld,         // signed too long ago
  kExpired,        // a presigned URL beyond its time
  kWrongSignature,
  kWrongScope,    // another date, region or service than the request's
  kWrongPayload,  // the body's hash, or a chunk's signature
};

struct Refusal {
  RefusalReason reason;
  std::string message;                 // for the client, in AWS's words where AWS has any
  std::string canonical_request = {};  // kWrongSignature: S3 shows it to the client
  std::string string_to_sign = {};
};

template <class T>
using Checked = tl::expected<T, Refusal>;

// nullopt: the request carries no signature at all.
[[nodiscard]] Checked<std::optional<Claim>> parse_claim(const RequestView& request);

// S3 signs the path as it is, encoded once; everybody else normalizes and encodes it twice.
enum class PathRule { kNormalizedTwiceEncoded, kAsSent };

struct Verification {
  Time now;
  PathRule path = PathRule::kNormalizedTwiceEncoded;
  std::chrono::seconds skew_max = std::chrono::minutes(15);
};

// The key that signs for one day, region and service: HMAC four times over.
using SigningKey = base::Digest;
[[nodiscard]] SigningKey derive_signing_key(std::string_view secret, const Scope& scope);

// Whether the claim's time holds; asks for no secret, so it comes first.
[[nodiscard]] Checked<void> check_time(const Claim& claim, const Verification& rules);
// `payload_hash`: what the canonical request ends with: the hex hash of the body, or the claim's
// own word where it said one. Compares in constant time.
[[nodiscard]] Checked<void> check_signature(const Claim& claim, const RequestView& request,
                                            const SigningKey& key, std::string_view payload_hash,
                                            const Verification& rules);

struct Credentials {
  std::string access_key_id;
  std::string secret;
  std::string session_token;  // empty: none
};

// The fields to add to a request so that it is signed: X-Amz-Date, X-Amz-Security-Token,
// X-Amz-Content-SHA256 (kAsSent only), Authorization. `request` must have Host.
[[nodiscard]] base::Fields sign_request(const RequestView& request, const Credentials& credentials,
                                        std::string_view region, std::string_view service, Time at,
                                        base::ByteView body, PathRule path);

// The target of a presigned URL: the request's, with the signature's parameters after its own. The
// body is empty, or unsigned where `service` is s3. `request` must have Host.
[[nodiscard]] std::string presign_target(const RequestView& request, const Credentials& credentials,
                                         std::string_view region, std::string_view service, Time at,
                                         std::chrono::seconds expires_after, PathRule path);

}  // namespace kennel::sign

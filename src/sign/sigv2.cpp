#include "sign/sigv2.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/error.h"
#include "sign/hmac.h"
#include "sign/refusal.h"
#include "sign/uri.h"

namespace kennel::sign {
namespace {

// The parameters that say what of a resource is meant.
constexpr std::array<std::string_view, 34> kSubresources{"accelerate",
                                                         "acl",
                                                         "analytics",
                                                         "cors",
                                                         "defaultObjectAcl",
                                                         "delete",
                                                         "inventory",
                                                         "lifecycle",
                                                         "location",
                                                         "logging",
                                                         "metrics",
                                                         "notification",
                                                         "object-lock",
                                                         "partNumber",
                                                         "policy",
                                                         "replication",
                                                         "requestPayment",
                                                         "response-cache-control",
                                                         "response-content-disposition",
                                                         "response-content-encoding",
                                                         "response-content-language",
                                                         "response-content-type",
                                                         "response-expires",
                                                         "restore",
                                                         "select",
                                                         "select-type",
                                                         "storageClass",
                                                         "tagging",
                                                         "torrent",
                                                         "uploadId",
                                                         "uploads",
                                                         "versionId",
                                                         "versioning",
                                                         "versions"};

bool is_amz(std::string_view name) { return name.starts_with("x-amz-"); }

// What a field or, in its place, a parameter says.
struct SignedText {
  std::string content_md5;
  std::string content_type;
  std::map<std::string, std::string> amz;
  std::map<std::string, std::string> subresources;  // with their "=", where they have one

  void take(const std::string& name, const std::string& value) {
    if (name == "content-md5") content_md5 = value;
    if (name == "content-type") content_type = value;
    if (is_amz(name)) amz[name] = amz.contains(name) ? amz[name] + "," + value : value;
  }
};

SignedText read_signed_text(const RequestView& request) {
  SignedText text;
  for (const base::Field& field : request.fields)
    text.take(base::to_lower(field.name), field.value);
  std::string_view query = split_target(request.target).query;
  while (!query.empty()) {
    const Parameter parameter = take_parameter(query);
    const std::string name = percent_decode(parameter.name);
    const std::string value = percent_decode(parameter.value);
    text.take(base::to_lower(name), value);
    if (std::ranges::find(kSubresources, name) == kSubresources.end()) continue;
    std::string& whole = text.subresources[name] = name;
    if (!value.empty()) whole.append("=").append(value);
  }
  return text;
}

// A bucket is signed with a slash behind it, however it was written.
std::string resource_path(std::string_view path) {
  const bool is_bucket = path.size() > 1 && path.find('/', 1) == std::string_view::npos;
  return std::string(path) + (is_bucket ? "/" : "");
}

std::string make_string_to_sign(const RequestView& request, std::string_view expires) {
  const SignedText text = read_signed_text(request);
  std::string out(request.method);
  out.append("\n").append(text.content_md5).append("\n").append(text.content_type);
  out.append("\n").append(expires).append("\n");
  for (const auto& [name, value] : text.amz)
    out.append(name).append(":").append(value).append("\n");
  out.append(resource_path(split_target(request.target).path));
  char between = '?';
  for (const auto& [name, whole] : text.subresources) {
    out += between;
    out += whole;
    between = '&';
  }
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  std::array<std::uint8_t, 20> digest{};
  unsigned size = 0;
  const base::ByteView bytes = base::as_bytes(message);
  const bool made = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes.data(),
                         bytes.size(), digest.data(), &size) != nullptr;
  base::check(made && size == digest.size(), "OpenSSL makes HMACs");
  return base::to_base64(digest);
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kSecondsMax = 9'000'000'000;
  const bool good = error == std::errc() && end == text.data() + text.size() && seconds >= 0 &&
                    seconds <= kSecondsMax;
  return good ? std::optional(seconds) : std::nullopt;
}

}  // namespace

Checked<Claim> parse_presigned_v2(const QueryWords& words) {
  const auto expires = read_seconds(words.expires_v2.value_or(""));
  if (!expires) {
    return refuse_malformed(
        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
        "parameters; Expires is a number of seconds since 1970.");
  }
  Claim claim;
  claim.presigned = true;
  claim.version_2 = true;
  claim.access_key_id = *words.access_key_id;
  claim.signature = *words.signature_v2;
  claim.session_token = words.session_token_v2.value_or("");
  claim.scope = {"", "us-east-1", "s3"};  // it has no scope: the region is where it is still taken
  claim.expires_at = Time(std::chrono::seconds(*expires));
  claim.payload = Payload::kUnsigned;
  claim.payload_hash = "UNSIGNED-PAYLOAD";
  return claim;
}

Checked<void> check_signature_v2(const Claim& claim, const RequestView& request,
                                 std::string_view secret) {
  const auto expires =
      std::chrono::floor<std::chrono::seconds>(claim.expires_at->time_since_epoch()).count();
  std::string to_sign = make_string_to_sign(request, std::to_string(expires));
  if (equal_in_constant_time(hmac_sha1(secret, to_sign), claim.signature)) return {};
  return tl::unexpected(Refusal{RefusalReason::kWrongSignature, std::string(kSignatureDoesNotMatch),
                                "", std::move(to_sign)});
}

}  // namespace kennel::sign

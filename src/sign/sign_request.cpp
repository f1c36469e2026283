#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sign/canonical.h"
#include "sign/hmac.h"
#include "sign/sigv4.h"
#include "sign/timestamp.h"
#include "sign/uri.h"

namespace kennel::sign {
namespace {

constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// What proxies and HTTP clients change on the way: botocore's list.
bool is_left_unsigned(std::string_view lower_name) {
  constexpr std::array<std::string_view, 15> kNames{"authorization",
                                                    "baggage",
                                                    "connection",
                                                    "expect",
                                                    "keep-alive",
                                                    "proxy-authenticate",
                                                    "proxy-authorization",
                                                    "te",
                                                    "traceparent",
                                                    "tracestate",
                                                    "trailer",
                                                    "transfer-encoding",
                                                    "upgrade",
                                                    "user-agent",
                                                    "x-amzn-trace-id"};
  return std::ranges::find(kNames, lower_name) != kNames.end();
}

std::vector<std::string> names_to_sign(std::span<const base::Field> fields) {
  std::vector<std::string> names;
  for (const base::Field& field : fields) {
    std::string name = base::to_lower(field.name);
    if (!is_left_unsigned(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  const auto doubles = std::ranges::unique(names);
  names.erase(doubles.begin(), doubles.end());
  return names;
}

Scope scope_of(Time at, std::string_view region, std::string_view service) {
  return {to_iso_basic(at).substr(0, 8), std::string(region), std::string(service)};
}

std::string signature_of(const CanonicalParts& parts, const Credentials& credentials, Time at,
                         const Scope& scope) {
  const SigningKey key = derive_signing_key(credentials.secret, scope);
  const std::string canonical = make_canonical_request(parts);
  return to_hex(hmac_sha256(key.bytes, make_string_to_sign(at, scope, canonical)));
}

}  // namespace

base::Fields sign_request(const RequestView& request, const Credentials& credentials,
                          std::string_view region, std::string_view service, Time at,
                          base::ByteView body, PathRule path) {
  base::check(base::find_field(request.fields, "host").has_value(), "a request to sign has a Host");
  const Scope scope = scope_of(at, region, service);
  const std::string payload_hash = to_hex(base::sha256(body));
  base::Fields added{{"X-Amz-Date", to_iso_basic(at)}};
  if (!credentials.session_token.empty()) {
    added.push_back({"X-Amz-Security-Token", credentials.session_token});
  }
  if (path == PathRule::kAsSent) added.push_back({"X-Amz-Content-SHA256", payload_hash});

  base::Fields all(request.fields.begin(), request.fields.end());
  all.insert(all.end(), added.begin(), added.end());
  const auto names = names_to_sign(all);
  const std::string signature = signature_of(
      {{request.method, request.target, all}, names, payload_hash, path}, credentials, at, scope);
  added.push_back(
      {"Authorization",
       fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                   credentials.access_key_id, scope.text(), join_names(names), signature)});
  return added;
}

std::string presign_target(const RequestView& request, const Credentials& credentials,
                           std::string_view region, std::string_view service, Time at,
                           std::chrono::seconds expires_after, PathRule path) {
  base::check(base::find_field(request.fields, "host").has_value(), "a request to sign has a Host");
  const Scope scope = scope_of(at, region, service);
  const auto names = names_to_sign(request.fields);
  std::string target(request.target);
  char separator = request.target.find('?') == std::string_view::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    target += std::exchange(separator, '&');
    target.append(name).append("=");
    append_percent_encoded(target, value);
  };
  add("X-Amz-Algorithm", kAlgorithm);
  add("X-Amz-Credential", credentials.access_key_id + "/" + scope.text());
  add("X-Amz-Date", to_iso_basic(at));
  add("X-Amz-Expires", fmt::to_string(expires_after.count()));
  add("X-Amz-SignedHeaders", join_names(names));
  if (!credentials.session_token.empty()) add("X-Amz-Security-Token", credentials.session_token);
  const std::string payload_hash =
      service == "s3" ? std::string(kUnsignedPayload) : to_hex(base::sha256({}));
  const RequestView whole{request.method, target, request.fields};
  const std::string signature =
      signature_of({whole, names, payload_hash, path}, credentials, at, scope);
  add("X-Amz-Signature", signature);
  return target;
}

}  // namespace kennel::sign

#include "s3_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "sign/canonical.h"
#include "sign/hmac.h"
#include "sign/timestamp.h"
#include "sign/uri.h"

namespace kennel::load {
namespace {

constexpr std::string_view kHashOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::vector<std::string> sorted_names(const base::Fields& fields) {
  std::vector<std::string> names;
  for (const base::Field& field : fields) names.push_back(base::to_lower(field.name));
  std::ranges::sort(names);
  return names;
}

}  // namespace

S3Signer::S3Signer(int port, sign::Credentials credentials)
    : host_(fmt::format("127.0.0.1:{}", port)),
      credentials_(std::move(credentials)),
      at_(std::chrono::system_clock::now()),
      scope_{sign::to_iso_basic(at_).substr(0, 8), "us-east-1", "s3"},
      key_(sign::derive_signing_key(credentials_.secret, scope_)) {}

std::string S3Signer::sign(const S3Request& request) {
  const std::string hash =
      request.payload_hash.empty() ? std::string(kHashOfNothing) : request.payload_hash;
  base::Fields fields = request.fields;
  fields.push_back({"Host", host_});
  fields.push_back({"X-Amz-Date", sign::to_iso_basic(at_)});
  fields.push_back({"X-Amz-Content-SHA256", hash});
  fields.push_back(
      {"amz-sdk-invocation-id", fmt::format("00000000-0000-4000-8000-{:012}", count_++)});
  const auto names = sorted_names(fields);
  const std::string canonical = sign::make_canonical_request(
      {{request.method, request.target, fields}, names, hash, sign::PathRule::kAsSent});
  const std::string signature = sign::to_hex(
      sign::hmac_sha256(key_.bytes, sign::make_string_to_sign(at_, scope_, canonical)));

  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
  for (const auto& [name, value] : fields) head += fmt::format("{}: {}\r\n", name, value);
  return head + fmt::format(
                    "Authorization: {} Credential={}/{}, SignedHeaders={}, Signature={}\r\n"
                    "Content-Length: {}\r\n\r\n",
                    sign::kAlgorithm, credentials_.access_key_id, scope_.text(),
                    sign::join_names(names), signature, request.length);
}

std::string make_parameter(std::string_view name, std::string_view value) {
  std::string text(name);
  text += '=';
  sign::append_percent_encoded(text, value);
  return text;
}

}  // namespace kennel::load

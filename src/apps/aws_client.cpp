#include "apps/aws_client.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "http/url.h"
#include "sign/sigv4.h"

namespace kennel::apps {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using nlohmann::json;

constexpr std::size_t kAnswerBytesMax = 512 * base::kMiB;
constexpr std::chrono::seconds kTimeout{60};

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "com.amazonaws.sagemaker#ResourceNotFound:http://..." is ResourceNotFound.
std::string code_of(const json& object) {
  std::string code = text_of(object, "__type");
  code.erase(0, code.find('#') + 1);
  return code.substr(0, code.find(':'));
}

// SageMaker tells of missing things by a sentence.
ErrorKind kind_of(const std::string& code, const std::string& message) {
  if (code.starts_with("ResourceNotFound")) return ErrorKind::kNotFound;
  if (message.starts_with("Requested resource not found")) return ErrorKind::kNotFound;
  if (code.starts_with("ResourceInUse")) return ErrorKind::kConflict;
  return code.starts_with("Throttling") ? ErrorKind::kThrottled : ErrorKind::kInvalid;
}

Error to_error(int status, const json& object) {
  if (!object.is_object()) {
    return {ErrorKind::kInvalid, fmt::format("the server answered with status {}", status)};
  }
  const std::string code = code_of(object);
  std::string message = text_of(object, "message");
  if (message.empty()) message = text_of(object, "Message");
  if (message.empty()) message = fmt::format("the server refused: status {} {}", status, code);
  const ErrorKind kind = kind_of(code, message);
  return {kind, std::move(message)};
}

}  // namespace

Result<json> read_answer(const http::ClientResponse& response) {
  json object = json::parse(response.body, nullptr, false);
  if (response.status != 200) return tl::unexpected(to_error(response.status, object));
  if (response.body.empty()) return json::object();
  if (!object.is_object()) {
    return base::fail(ErrorKind::kCorrupt, "the server's answer is not a JSON object");
  }
  return object;
}

Result<AwsClient> AwsClient::open(const ServerFolder& folder) {
  KENNEL_TRY(ServerNote note, read_note(folder));
  if (!is_running(folder)) {
    return base::fail(
        ErrorKind::kNotFound,
        fmt::format("no server runs on {}; start one with kennel up", folder.root.string()));
  }
  KENNEL_TRY(access::AccessKey key, access::read_administrator_key(folder.administrator()));
  return AwsClient(std::move(note), std::move(key), folder.certificate_authority());
}

Result<json> AwsClient::call(const AwsService& service, const std::string& operation,
                             const json& input) const {
  KENNEL_TRY(const http::Url url, http::parse_url(note_.url + "/"));
  http::ClientRequest request{.method = "POST",
                              .url = note_.url + "/",
                              .body = input.dump(),
                              .ca_file = ca_file_,
                              .timeout = kTimeout,
                              .body_bytes_max = kAnswerBytesMax};
  request.fields = {{"Content-Type", "application/x-amz-json-1.1"},
                    {"User-Agent", "kennel/" KENNEL_VERSION},
                    {"X-Amz-Target", fmt::format("{}.{}", service.target_prefix, operation)}};
  base::Fields to_sign = request.fields;
  to_sign.push_back({"Host", url.authority});
  const base::Fields signature =
      sign::sign_request({.method = request.method, .target = url.target, .fields = to_sign},
                         {.access_key_id = key_.id, .secret = key_.secret, .session_token = {}},
                         note_.region, service.signing_name, base::SystemClock().calendar_now(),
                         base::as_bytes(request.body), sign::PathRule::kNormalizedTwiceEncoded);
  request.fields.insert(request.fields.end(), signature.begin(), signature.end());
  KENNEL_TRY(const http::ClientResponse response, http::fetch(request));
  return read_answer(response);
}

}  // namespace kennel::apps

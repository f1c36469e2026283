#include "services/sts/sts.h"

#include <fmt/format.h>

namespace kennel::services::sts {
namespace {

using wire::Outcome;

constexpr std::chrono::seconds kChainedMax{3600};
constexpr std::size_t kPackedBytesMax = 2048;

tl::unexpected<wire::ApiError> validation_error(std::string message) {
  return wire::refuse({"ValidationError", 400, std::move(message)});
}

// To STS a role that is not there and one that may not be assumed are the same.
tl::unexpected<wire::ApiError> not_authorized(const access::Caller& caller,
                                              std::string_view role_arn) {
  return wire::refuse(
      {"AccessDenied", 403,
       fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                   caller.arn, role_arn)});
}

Outcome<std::chrono::seconds> session_length(const access::Role& role, const wire::Call& call,
                                             std::optional<std::int32_t> asked) {
  const std::chrono::seconds length(asked.value_or(3600));
  // A session that asks for another one gets an hour at most; the administrator's is no chain.
  if (!call.caller.administrator && length > kChainedMax) {
    return validation_error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining");
  }
  if (length > role.session_max) {
    return validation_error(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return length;
}

Outcome<void> check_unsupported(const AssumeRoleRequest& input) {
  if (input.serial_number || input.token_code) {
    return wire::refuse({"AccessDenied", 403,
                         "MultiFactorAuthentication failed: this account has no MFA devices."});
  }
  if (input.provided_contexts && !input.provided_contexts->empty()) {
    return validation_error("ProvidedContexts is not available here: leave it out.");
  }
  return {};
}

Outcome<std::vector<access::Tag>> to_tags(const std::vector<Tag>& tags) {
  std::vector<access::Tag> list;
  for (const Tag& tag : tags) list.push_back({tag.key, tag.value});
  if (!access::has_repeated_key(list)) return list;
  return wire::refuse(
      {"InvalidParameterValue", 400,
       "Duplicate tag keys found. Please note that Tag keys are case insensitive."});
}

Outcome<access::SessionRequest> to_session_request(const AssumeRoleRequest& input,
                                                   std::chrono::seconds length) {
  access::SessionRequest request;
  request.session_name = input.role_session_name;
  request.duration = length;
  request.session_policy = input.policy.value_or("");
  if (!request.session_policy.empty()) {
    auto checked =
        access::check_policy_document(request.session_policy, access::PolicyUse::kSession);
    if (!checked) return malformed_policy_document(std::move(checked).error().message);
  }
  for (const auto& policy : input.policy_arns.value_or(std::vector<PolicyDescriptorType>{})) {
    if (policy.arn) request.policy_arns.push_back(*policy.arn);
  }
  KENNEL_TRY(request.tags, to_tags(input.tags.value_or(std::vector<Tag>{})));
  request.transitive_tag_keys = input.transitive_tag_keys.value_or(std::vector<std::string>{});
  request.source_identity = input.source_identity.value_or("");
  return request;
}

// What session policies and tags take up, of what they may.
std::size_t packed_bytes(const access::SessionRequest& request) {
  std::size_t bytes = request.session_policy.size();
  for (const std::string& arn : request.policy_arns) bytes += arn.size();
  for (const access::Tag& tag : request.tags) bytes += tag.key.size() + tag.value.size();
  return bytes;
}

}  // namespace

wire::ServiceBinding Sts::bind() { return wire::bind_service<Operations>(kService, *this); }

Outcome<AssumeRoleResponse> Sts::handle(AssumeRole, const wire::Call& call,
                                        const AssumeRoleRequest& input) {
  KENNEL_TRY_VOID(check_unsupported(input));
  const auto role = directory_.find_role_by_arn(input.role_arn);
  if (!role) return not_authorized(call.caller, input.role_arn);
  KENNEL_TRY(const auto length, session_length(*role, call, input.duration_seconds));
  KENNEL_TRY(const auto request, to_session_request(input, length));
  const std::size_t packed = packed_bytes(request);
  if (packed > kPackedBytesMax) {
    return packed_policy_too_large(
        fmt::format("Packed policy consumes {}% of allotted space, please use smaller policy.",
                    packed * 100 / kPackedBytesMax));
  }
  const access::Session session = credentials_.start_session(*role, request, call.now);
  AssumeRoleResponse response;
  response.credentials =
      Credentials{session.key.id, session.key.secret, session.token, session.expires};
  response.assumed_role_user = AssumedRoleUser{session.caller.user_id, session.caller.arn};
  if (packed > 0) {
    response.packed_policy_size = static_cast<std::int32_t>(packed * 100 / kPackedBytesMax);
  }
  if (input.source_identity) response.source_identity = input.source_identity;
  return response;
}

Outcome<GetCallerIdentityResponse> Sts::handle(GetCallerIdentity, const wire::Call& call,
                                               const GetCallerIdentityRequest&) {
  return GetCallerIdentityResponse{call.caller.user_id, call.caller.account, call.caller.arn};
}

}  // namespace kennel::services::sts

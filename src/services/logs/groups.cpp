#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "services/logs/logs.h"
#include "services/logs/words.h"

namespace kennel::services::logs {
namespace {

using wire::Outcome;
using Tags = std::map<std::string, std::string>;

constexpr std::size_t kTagsMax = 50;
constexpr std::int32_t kPageDefault = 50;
constexpr const char* kOnlyClass = "STANDARD";
constexpr std::array kRetentionDays{1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                    365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

Outcome<void> check_tags(const Tags& tags) {
  if (tags.size() <= kTagsMax) return {};
  return to_error(observe::LogProblem::kTooManyTags);
}

Outcome<void> check_search(const DescribeLogGroupsRequest& input) {
  if (input.log_group_name_prefix && input.log_group_name_pattern) {
    return invalid_parameter(
        "Only one of logGroupNamePrefix and logGroupNamePattern may be given.");
  }
  const bool searches = input.log_group_name_prefix || input.log_group_name_pattern ||
                        input.log_group_class || input.next_token;
  if (input.log_group_identifiers && searches) {
    return invalid_parameter("logGroupIdentifiers may be given with includeLinkedAccounts only.");
  }
  return {};
}

bool is_wanted(const observe::LogGroup& group, const DescribeLogGroupsRequest& input) {
  return !input.log_group_name_pattern ||
         group.name.find(*input.log_group_name_pattern) != std::string::npos;
}

}  // namespace

wire::ServiceBinding Logs::bind() {
  const auto look_up = [](std::string_view, std::string_view identifier) {
    return group_of_identifier(identifier);
  };
  return wire::bind_service<Operations>(kService, *this, look_up);
}

std::string Logs::group_arn(const Call& call, std::string_view group) const {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", call.region, account_, group);
}

Outcome<std::string> Logs::tagged_group(const Call& call, std::string_view arn) const {
  const std::string scope = group_arn(call, "");
  const std::string_view name = arn.substr(std::min(scope.size(), arn.size()));
  if (!arn.starts_with(scope) || name.empty() || name.find(':') != std::string_view::npos) {
    return invalid_parameter(fmt::format("{} is no ARN of a log group of this account.", arn));
  }
  return std::string(name);
}

LogGroup Logs::describe(const Call& call, const observe::LogGroup& group) const {
  LogGroup told;
  told.log_group_name = group.name;
  told.creation_time = to_wire(group.created);
  told.retention_in_days = group.retention_days;
  told.metric_filter_count = 0;
  told.arn = group_arn(call, group.name) + ":*";
  told.log_group_arn = group_arn(call, group.name);
  told.stored_bytes = static_cast<std::int64_t>(logs_.stored_bytes(group.name));
  told.log_group_class = kOnlyClass;
  return told;
}

Outcome<CreateLogGroup::Output> Logs::handle(CreateLogGroup, const Call& call,
                                             const CreateLogGroupRequest& input) {
  observe::LogGroup group{.name = input.log_group_name, .created = call.now};
  group.tags = input.tags.value_or(Tags{});
  KENNEL_TRY_VOID(check_tags(group.tags));
  if (input.kms_key_id) return invalid_parameter("KMS keys are not available: leave kmsKeyId out.");
  KENNEL_TRY_VOID(answered(logs_.create_group(group)));
  return CreateLogGroup::Output{};
}

Outcome<DeleteLogGroup::Output> Logs::handle(DeleteLogGroup, const Call&,
                                             const DeleteLogGroupRequest& input) {
  KENNEL_TRY_VOID(answered(logs_.remove_group(input.log_group_name)));
  return DeleteLogGroup::Output{};
}

Outcome<DescribeLogGroupsResponse> Logs::handle(DescribeLogGroups, const Call& call,
                                                const DescribeLogGroupsRequest& input) {
  KENNEL_TRY_VOID(check_search(input));
  KENNEL_TRY(std::string after, from_token(input.next_token));
  const auto limit = static_cast<std::size_t>(input.limit.value_or(kPageDefault));
  DescribeLogGroupsResponse response;
  auto& groups = response.log_groups.emplace();
  if (input.log_group_identifiers) {
    for (const std::string& identifier : *input.log_group_identifiers) {
      const auto name = named_group({}, identifier, group_arn(call, ""));
      if (!name) continue;
      if (const auto group = logs_.get_group(*name)) groups.push_back(describe(call, *group));
    }
    return response;
  }
  if (input.log_group_class.value_or(kOnlyClass) != kOnlyClass) return response;
  for (bool more = true; more && groups.size() < limit;) {
    const auto page =
        logs_.list_groups(input.log_group_name_prefix.value_or(""), after, limit - groups.size());
    for (const observe::LogGroup& group : page.items) {
      if (is_wanted(group, input)) groups.push_back(describe(call, group));
    }
    more = !page.next.empty();
    after = page.next;
  }
  if (!after.empty()) response.next_token = to_token(after);
  return response;
}

Outcome<PutRetentionPolicy::Output> Logs::handle(PutRetentionPolicy, const Call&,
                                                 const PutRetentionPolicyRequest& input) {
  if (std::ranges::find(kRetentionDays, input.retention_in_days) == kRetentionDays.end()) {
    return invalid_parameter(
        fmt::format("1 validation error detected: Value '{}' at 'retentionInDays' failed to "
                    "satisfy constraint: "
                    "Member must satisfy enum value set: [{}]",
                    input.retention_in_days, fmt::join(kRetentionDays, ", ")));
  }
  KENNEL_TRY_VOID(answered(logs_.set_retention(input.log_group_name, input.retention_in_days)));
  return PutRetentionPolicy::Output{};
}

Outcome<DeleteRetentionPolicy::Output> Logs::handle(DeleteRetentionPolicy, const Call&,
                                                    const DeleteRetentionPolicyRequest& input) {
  KENNEL_TRY_VOID(answered(logs_.set_retention(input.log_group_name, std::nullopt)));
  return DeleteRetentionPolicy::Output{};
}

Outcome<TagResource::Output> Logs::handle(TagResource, const Call& call,
                                          const TagResourceRequest& input) {
  KENNEL_TRY(const std::string group, tagged_group(call, input.resource_arn));
  KENNEL_TRY_VOID(answered(logs_.change_tags(group, {.added = input.tags, .most = kTagsMax})));
  return TagResource::Output{};
}

Outcome<UntagResource::Output> Logs::handle(UntagResource, const Call& call,
                                            const UntagResourceRequest& input) {
  KENNEL_TRY(const std::string group, tagged_group(call, input.resource_arn));
  KENNEL_TRY_VOID(answered(logs_.change_tags(group, {.removed = input.tag_keys})));
  return UntagResource::Output{};
}

Outcome<ListTagsForResourceResponse> Logs::handle(ListTagsForResource, const Call& call,
                                                  const ListTagsForResourceRequest& input) {
  KENNEL_TRY(const std::string group, tagged_group(call, input.resource_arn));
  KENNEL_TRY(const observe::LogGroup found, answered(logs_.get_group(group)));
  return ListTagsForResourceResponse{found.tags};
}

}  // namespace kennel::services::logs

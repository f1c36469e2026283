#include <fmt/format.h>

#include "access/identifiers.h"
#include "access/managed_policies.h"
#include "services/iam/iam.h"
#include "services/iam/words.h"

namespace kennel::services::iam {
namespace {

using wire::Outcome;

constexpr std::size_t kManagedPolicyLettersMax = 6144;

Outcome<void> check_managed_policy(std::string_view document) {
  KENNEL_TRY_VOID(check_document(document, access::PolicyUse::kIdentity));
  if (count_letters(document) > kManagedPolicyLettersMax) {
    return limit_exceeded(
        fmt::format("Cannot exceed quota for PolicySize: {}", kManagedPolicyLettersMax));
  }
  return {};
}

// AWS's policies come before the account's own: "arn:aws:iam::aws:" is beyond every
// "arn:aws:iam::<digits>:" in the order of bytes, so a position says by itself where it belongs.
struct Scopes {
  bool account = true;
  bool aws = true;
};

Scopes scopes_of(const std::optional<std::string>& scope) {
  return {scope != "AWS", scope != "Local"};
}

// The next policies after a position, of either kind, not yet filtered.
std::vector<access::Policy> next_policies(const access::Directory& directory, const Scopes& scopes,
                                          std::string_view after, std::size_t limit) {
  std::vector<access::Policy> policies;
  if (scopes.account && !after.starts_with(access::kManagedPolicyPrefix)) {
    policies = directory.list_policies(after, limit).items;
  }
  if (scopes.aws && policies.size() < limit) {
    const auto managed = access::list_managed_policies(after, limit - policies.size());
    policies.insert(policies.end(), managed.begin(), managed.end());
  }
  return policies;
}

}  // namespace

Policy Iam::to_policy(const access::Policy& policy, bool with_details) const {
  Policy answer;
  answer.policy_name = policy.name;
  answer.policy_id = policy.id;
  answer.arn = policy.arn;
  answer.path = policy.path;
  answer.default_version_id = policy.default_version;
  answer.attachment_count = static_cast<std::int32_t>(directory_.count_attachments(policy.arn));
  answer.permissions_boundary_usage_count = 0;
  answer.is_attachable = true;
  answer.create_date = policy.created;
  answer.update_date = policy.updated;
  if (!with_details) return answer;
  if (!policy.description.empty()) answer.description = policy.description;
  answer.tags = from_tags(policy.tags);
  return answer;
}

Iam::Answer<CreatePolicy> Iam::handle(CreatePolicy, const Call& call,
                                      const CreatePolicyRequest& input) {
  KENNEL_TRY_VOID(check_managed_policy(input.policy_document));
  access::Policy policy;
  policy.name = input.policy_name;
  policy.path = input.path.value_or("/");
  policy.arn = access::policy_arn(directory_.account(), policy.path, policy.name);
  policy.id = access::make_unique_id("ANPA");
  policy.description = input.description.value_or("");
  policy.document = input.policy_document;
  policy.created = std::chrono::floor<std::chrono::seconds>(call.now);
  policy.updated = policy.created;
  KENNEL_TRY(policy.tags, to_tags(input.tags.value_or(std::vector<Tag>{})));
  KENNEL_TRY_VOID(answered(directory_.create_policy(policy)));
  return CreatePolicyResponse{to_policy(policy, !policy.tags.empty())};
}

Iam::Answer<GetPolicy> Iam::handle(GetPolicy, const Call&, const GetPolicyRequest& input) {
  const auto policy = directory_.find_policy(input.policy_arn);
  if (!policy) {
    return no_such_entity(fmt::format("Policy {} was not found.", input.policy_arn));
  }
  return GetPolicyResponse{to_policy(*policy, true)};
}

Iam::Answer<ListPolicies> Iam::handle(ListPolicies, const Call&, const ListPoliciesRequest& input) {
  KENNEL_TRY(std::string after, from_marker(input.marker));
  const Scopes scopes = scopes_of(input.scope);
  const std::string prefix = input.path_prefix.value_or("/");
  access::Page<Policy> page;
  for (bool more = true; more;) {
    constexpr std::size_t kBatch = 200;
    const auto batch = next_policies(directory_, scopes, after, kBatch);
    more = batch.size() == kBatch;
    for (const access::Policy& policy : batch) {
      after = policy.arn;
      Policy answer = to_policy(policy, false);
      const bool unused = input.only_attached.value_or(false) && answer.attachment_count == 0;
      if (unused || !policy.path.starts_with(prefix)) continue;
      if (page.items.size() == page_size(input.max_items)) {
        page.next = *page.items.back().arn;
        more = false;
        break;
      }
      page.items.push_back(std::move(answer));
    }
  }
  ListPoliciesResponse response;
  response.policies = page.items;
  mark_page(page, response);
  return response;
}

}  // namespace kennel::services::iam

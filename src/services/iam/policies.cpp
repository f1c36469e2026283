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

Policy to_policy(const access::Policy& policy, const access::PolicyUses& uses) {
  Policy answer;
  answer.policy_name = policy.name;
  answer.policy_id = policy.id;
  answer.arn = policy.arn;
  answer.path = policy.path;
  answer.default_version_id = policy.default_version;
  answer.attachment_count = uses.attachments;
  answer.permissions_boundary_usage_count = uses.boundaries;
  answer.is_attachable = true;
  answer.create_date = policy.created;
  answer.update_date = policy.updated;
  return answer;
}

// Whether ListPolicies was asked for it.
class PolicyFilter {
 public:
  explicit PolicyFilter(const ListPoliciesRequest& input)
      : prefix_(input.path_prefix.value_or("/")),
        used_(input.only_attached.value_or(false)),
        boundaries_(input.policy_usage_filter == "PermissionsBoundary") {}

  [[nodiscard]] bool wants(const access::Policy& policy, const access::PolicyUses& uses) const {
    if (!policy.path.starts_with(prefix_)) return false;
    if (boundaries_) return uses.boundaries > 0;
    return !used_ || uses.attachments > 0;
  }

 private:
  std::string prefix_;
  bool used_;
  bool boundaries_;
};

}  // namespace

Outcome<std::string> Iam::to_policy_arn(const std::optional<std::string>& marker) const {
  KENNEL_TRY(const std::string id, from_marker(marker));
  if (id.empty()) return std::string();
  auto arn = directory_.find_policy_arn(id);
  if (!arn) return validation_error("Invalid Marker.");
  return *std::move(arn);
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
  Policy answer = to_policy(policy, {});
  if (!policy.tags.empty()) answer.tags = from_tags(policy.tags);
  return CreatePolicyResponse{answer};
}

Iam::Answer<GetPolicy> Iam::handle(GetPolicy, const Call&, const GetPolicyRequest& input) {
  const auto policy = directory_.find_policy(input.policy_arn);
  if (!policy) {
    return no_such_entity(fmt::format("Policy {} was not found.", input.policy_arn));
  }
  Policy answer = to_policy(*policy, directory_.count_uses(policy->arn));
  if (!policy->description.empty()) answer.description = policy->description;
  answer.tags = from_tags(policy->tags);
  return GetPolicyResponse{answer};
}

Iam::Answer<ListPolicies> Iam::handle(ListPolicies, const Call&, const ListPoliciesRequest& input) {
  KENNEL_TRY(std::string after, to_policy_arn(input.marker));
  const Scopes scopes = scopes_of(input.scope);
  const PolicyFilter filter(input);
  auto all_uses = directory_.count_all_uses();
  access::Page<Policy> page;
  for (bool more = true; more;) {
    constexpr std::size_t kBatch = 200;
    const auto batch = next_policies(directory_, scopes, after, kBatch);
    more = batch.size() == kBatch;
    for (const access::Policy& policy : batch) {
      after = policy.arn;
      const access::PolicyUses& uses = all_uses[policy.arn];
      if (!filter.wants(policy, uses)) continue;
      if (page.items.size() == page_size(input.max_items)) {
        page.next = *page.items.back().policy_id;
        more = false;
        break;
      }
      page.items.push_back(to_policy(policy, uses));
    }
  }
  ListPoliciesResponse response;
  response.policies = page.items;
  mark_page(page, response);
  return response;
}

}  // namespace kennel::services::iam

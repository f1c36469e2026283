#include <fmt/format.h>

#include <algorithm>

#include "services/iam/iam.h"
#include "services/iam/words.h"

namespace kennel::services::iam {
namespace {

using wire::Outcome;

// One page of names in their order, from the one after `after` on, whether that is still there or
// not: clients remove what they list.
access::Page<std::string> page_of(const std::vector<std::string>& sorted, std::string_view after,
                                  std::size_t limit) {
  access::Page<std::string> page;
  for (auto name = std::ranges::upper_bound(sorted, after); name != sorted.end(); ++name) {
    if (page.items.size() == limit) {
      page.next = page.items.back();
      return page;
    }
    page.items.push_back(*name);
  }
  return page;
}

// "arn:aws:iam::aws:policy/service-role/Name" has the path "/service-role/".
std::string path_of(std::string_view policy_arn) {
  const std::size_t begin = policy_arn.find('/');
  return std::string(policy_arn.substr(begin, policy_arn.rfind('/') - begin + 1));
}

std::string name_of(std::string_view policy_arn) {
  return std::string(policy_arn.substr(policy_arn.rfind('/') + 1));
}

access::DirectoryResult<void> put_inline(access::Role& role, const PutRolePolicyRequest& input) {
  role.inline_policies[input.policy_name] = input.policy_document;
  std::size_t letters = 0;
  for (const auto& [name, document] : role.inline_policies) letters += count_letters(document);
  if (letters <= access::kInlinePolicyLettersMax) return {};
  return tl::unexpected<access::DirectoryError>(
      {access::DirectoryProblem::kLimit,
       fmt::format("Maximum policy size of {} bytes exceeded for role {}",
                   access::kInlinePolicyLettersMax, input.role_name)});
}

access::DirectoryError no_such_inline(std::string_view name) {
  return {access::DirectoryProblem::kMissing,
          fmt::format("The role policy with name {} cannot be found.", name)};
}

}  // namespace

Iam::Answer<AttachRolePolicy> Iam::handle(AttachRolePolicy, const Call&,
                                          const AttachRolePolicyRequest& input) {
  KENNEL_TRY_VOID(answered(directory_.attach_policy(input.role_name, input.policy_arn)));
  return wire::Nothing{};
}

Iam::Answer<DetachRolePolicy> Iam::handle(DetachRolePolicy, const Call&,
                                          const DetachRolePolicyRequest& input) {
  KENNEL_TRY_VOID(answered(directory_.detach_policy(input.role_name, input.policy_arn)));
  return wire::Nothing{};
}

Iam::Answer<ListAttachedRolePolicies> Iam::handle(ListAttachedRolePolicies, const Call&,
                                                  const ListAttachedRolePoliciesRequest& input) {
  KENNEL_TRY(access::Role role, answered(directory_.get_role(input.role_name)));
  KENNEL_TRY(const std::string after, to_policy_arn(input.marker));
  const std::string prefix = input.path_prefix.value_or("/");
  std::erase_if(role.attached_policies,
                [&prefix](const std::string& arn) { return !path_of(arn).starts_with(prefix); });
  std::ranges::sort(role.attached_policies);
  auto page = page_of(role.attached_policies, after, page_size(input.max_items));
  if (!page.next.empty()) page.next = directory_.find_policy(page.next)->id;
  ListAttachedRolePoliciesResponse response;
  response.attached_policies.emplace();
  for (const std::string& arn : page.items) {
    response.attached_policies->push_back({name_of(arn), arn});
  }
  mark_page(page, response);
  return response;
}

Iam::Answer<PutRolePolicy> Iam::handle(PutRolePolicy, const Call&,
                                       const PutRolePolicyRequest& input) {
  KENNEL_TRY_VOID(check_document(input.policy_document, access::PolicyUse::kIdentity));
  KENNEL_TRY_VOID(answered(directory_.change_role(
      input.role_name, [&input](access::Role& role) { return put_inline(role, input); })));
  return wire::Nothing{};
}

Iam::Answer<GetRolePolicy> Iam::handle(GetRolePolicy, const Call&,
                                       const GetRolePolicyRequest& input) {
  KENNEL_TRY(const access::Role role, answered(directory_.get_role(input.role_name)));
  const auto found = role.inline_policies.find(input.policy_name);
  if (found == role.inline_policies.end()) return to_error(no_such_inline(input.policy_name));
  return GetRolePolicyResponse{role.name, input.policy_name, encode_document(found->second)};
}

Iam::Answer<ListRolePolicies> Iam::handle(ListRolePolicies, const Call&,
                                          const ListRolePoliciesRequest& input) {
  KENNEL_TRY(const access::Role role, answered(directory_.get_role(input.role_name)));
  KENNEL_TRY(const std::string after, from_marker(input.marker));
  std::vector<std::string> names;
  for (const auto& [name, document] : role.inline_policies) names.push_back(name);
  const auto page = page_of(names, after, page_size(input.max_items));
  ListRolePoliciesResponse response;
  response.policy_names = page.items;
  mark_page(page, response);
  return response;
}

Iam::Answer<DeleteRolePolicy> Iam::handle(DeleteRolePolicy, const Call&,
                                          const DeleteRolePolicyRequest& input) {
  const auto change = [&input](access::Role& role) -> access::DirectoryResult<void> {
    if (role.inline_policies.erase(input.policy_name) == 1) return {};
    return tl::unexpected(no_such_inline(input.policy_name));
  };
  KENNEL_TRY_VOID(answered(directory_.change_role(input.role_name, change)));
  return wire::Nothing{};
}

}  // namespace kennel::services::iam

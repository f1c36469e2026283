#include <fmt/format.h>

#include <algorithm>

#include "access/identifiers.h"
#include "base/field.h"
#include "services/iam/iam.h"
#include "services/iam/words.h"

namespace kennel::services::iam {
namespace {

using wire::Outcome;

constexpr std::size_t kTrustPolicyLettersMax = 2048;

Outcome<void> check_trust_policy(std::string_view document) {
  KENNEL_TRY_VOID(check_document(document, access::PolicyUse::kTrust));
  if (count_letters(document) > kTrustPolicyLettersMax) {
    return limit_exceeded(
        fmt::format("Cannot exceed quota for ACLSizePerRole: {}", kTrustPolicyLettersMax));
  }
  return {};
}

void merge_tags(const std::vector<access::Tag>& added, std::vector<access::Tag>& tags) {
  for (const access::Tag& tag : added) {
    const auto same = std::ranges::find_if(tags, [&tag](const access::Tag& other) {
      return base::equals_ignoring_case(other.key, tag.key);
    });
    if (same == tags.end()) {
      tags.push_back(tag);
    } else {
      *same = tag;
    }
  }
}

// Lists leave out what only GetRole tells.
Role to_list_entry(Role role) {
  role.permissions_boundary.reset();
  role.tags.reset();
  role.role_last_used.reset();
  return role;
}

}  // namespace

wire::ServiceBinding Iam::bind() {
  const auto look_up = [this](std::string_view, std::string_view role_name) -> std::string {
    const auto role = directory_.find_role(role_name);
    return role ? directory_.arn_of(*role) : access::role_arn(directory_.account(), "/", role_name);
  };
  return wire::bind_service<Operations>(kService, *this, look_up);
}

Role Iam::to_role(const access::Role& role) const {
  Role answer;
  answer.path = role.path;
  answer.role_name = role.name;
  answer.role_id = role.id;
  answer.arn = directory_.arn_of(role);
  answer.create_date = role.created;
  answer.assume_role_policy_document = encode_document(role.trust_policy);
  if (!role.description.empty()) answer.description = role.description;
  answer.max_session_duration = static_cast<std::int32_t>(role.session_max.count());
  if (role.permissions_boundary) {
    answer.permissions_boundary =
        AttachedPermissionsBoundary{"PermissionsBoundaryPolicy", role.permissions_boundary};
  }
  if (!role.tags.empty()) answer.tags = from_tags(role.tags);
  answer.role_last_used = RoleLastUsed{};
  return answer;
}

Iam::Answer<CreateRole> Iam::handle(CreateRole, const Call& call, const CreateRoleRequest& input) {
  KENNEL_TRY_VOID(check_trust_policy(input.assume_role_policy_document));
  if (input.permissions_boundary && !directory_.find_policy(*input.permissions_boundary)) {
    return no_such_entity(fmt::format("Scope ARN: {} does not exist or is not attachable.",
                                      *input.permissions_boundary));
  }
  access::Role role;
  role.name = input.role_name;
  role.path = input.path.value_or("/");
  role.id = access::make_unique_id("AROA");
  role.description = input.description.value_or("");
  role.trust_policy = input.assume_role_policy_document;
  role.session_max = std::chrono::seconds(input.max_session_duration.value_or(3600));
  role.created = std::chrono::floor<std::chrono::seconds>(call.now);
  role.permissions_boundary = input.permissions_boundary;
  KENNEL_TRY(role.tags, to_tags(input.tags.value_or(std::vector<Tag>{})));
  KENNEL_TRY_VOID(answered(directory_.create_role(role)));
  Role answer = to_role(role);
  answer.role_last_used.reset();
  return CreateRoleResponse{answer};
}

Iam::Answer<GetRole> Iam::handle(GetRole, const Call&, const GetRoleRequest& input) {
  KENNEL_TRY(const access::Role role, answered(directory_.get_role(input.role_name)));
  return GetRoleResponse{to_role(role)};
}

Iam::Answer<ListRoles> Iam::handle(ListRoles, const Call&, const ListRolesRequest& input) {
  KENNEL_TRY(const std::string after, from_marker(input.marker));
  const auto page =
      directory_.list_roles(input.path_prefix.value_or("/"), after, page_size(input.max_items));
  ListRolesResponse response;
  for (const access::Role& role : page.items) {
    response.roles.push_back(to_list_entry(to_role(role)));
  }
  mark_page(page, response);
  return response;
}

Iam::Answer<DeleteRole> Iam::handle(DeleteRole, const Call&, const DeleteRoleRequest& input) {
  KENNEL_TRY_VOID(answered(directory_.delete_role(input.role_name)));
  return wire::Nothing{};
}

Iam::Answer<UpdateAssumeRolePolicy> Iam::handle(UpdateAssumeRolePolicy, const Call&,
                                                const UpdateAssumeRolePolicyRequest& input) {
  KENNEL_TRY_VOID(check_trust_policy(input.policy_document));
  const auto change = [&input](access::Role& role) -> access::DirectoryResult<void> {
    role.trust_policy = input.policy_document;
    return {};
  };
  KENNEL_TRY_VOID(answered(directory_.change_role(input.role_name, change)));
  return wire::Nothing{};
}

Iam::Answer<TagRole> Iam::handle(TagRole, const Call&, const TagRoleRequest& input) {
  KENNEL_TRY(const std::vector<access::Tag> added, to_tags(input.tags));
  const auto change = [&added](access::Role& role) -> access::DirectoryResult<void> {
    merge_tags(added, role.tags);
    if (role.tags.size() <= access::kTagsMax) return {};
    return tl::unexpected<access::DirectoryError>(
        {access::DirectoryProblem::kLimit,
         fmt::format("The number of tags has reached the maximum limit: {}", access::kTagsMax)});
  };
  KENNEL_TRY_VOID(answered(directory_.change_role(input.role_name, change)));
  return wire::Nothing{};
}

// Keys that are not there are no error.
Iam::Answer<UntagRole> Iam::handle(UntagRole, const Call&, const UntagRoleRequest& input) {
  const auto change = [&input](access::Role& role) -> access::DirectoryResult<void> {
    std::erase_if(role.tags, [&input](const access::Tag& tag) {
      return std::ranges::any_of(input.tag_keys, [&tag](const std::string& key) {
        return base::equals_ignoring_case(key, tag.key);
      });
    });
    return {};
  };
  KENNEL_TRY_VOID(answered(directory_.change_role(input.role_name, change)));
  return wire::Nothing{};
}

}  // namespace kennel::services::iam

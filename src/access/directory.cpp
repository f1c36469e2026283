#include "access/directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "access/identifiers.h"
#include "access/managed_policies.h"
#include "base/field.h"

namespace kennel::access {
namespace {

constexpr const char* kRoles = "iam-roles";
constexpr const char* kPolicies = "iam-policies";         // under the ARN
constexpr const char* kPolicyNames = "iam-policy-names";  // lower-case name -> ARN
constexpr const char* kPolicyIds = "iam-policy-ids";      // ANPA... -> ARN
constexpr const char* kAttachments = "iam-attachments";   // ARN, a line feed, role key
constexpr const char* kBoundaries = "iam-boundaries";     // the same

tl::unexpected<DirectoryError> refuse(DirectoryProblem problem, std::string message) {
  return tl::unexpected<DirectoryError>({problem, std::move(message)});
}

std::string use_key(std::string_view arn, std::string_view role) {
  return fmt::format("{}\n{}", arn, base::to_lower(role));
}

tl::unexpected<DirectoryError> no_such_role(std::string_view name) {
  return refuse(DirectoryProblem::kMissing,
                fmt::format("The role with name {} cannot be found.", name));
}

// What a commit came to: made, or refused because the records had moved on meanwhile.
DirectoryResult<bool> made(const base::Result<void>& commit) {
  if (commit) return true;
  if (commit.error().kind == base::ErrorKind::kConflict) return false;
  return refuse(DirectoryProblem::kBusy, commit.error().message);
}

DirectoryResult<void> check_deletable(const Role& role) {
  if (role.is_protected) {
    return refuse(DirectoryProblem::kProtected,
                  fmt::format("Cannot delete the role {}: it is the administrator's.", role.name));
  }
  if (!role.attached_policies.empty()) {
    return refuse(DirectoryProblem::kInUse,
                  "Cannot delete entity, must detach all policies first.");
  }
  if (!role.inline_policies.empty()) {
    return refuse(DirectoryProblem::kInUse, "Cannot delete entity, must delete policies first.");
  }
  return {};
}

}  // namespace

Directory::Directory(store::Records& records, std::string account)
    : records_(records), account_(std::move(account)) {}

std::string Directory::arn_of(const Role& role) const {
  return role_arn(account_, role.path, role.name);
}

std::optional<Directory::Found> Directory::look_up(std::string_view name) const {
  const auto record = records_.find(kRoles, base::to_lower(name));
  if (!record) return std::nullopt;
  return Found{role_from_record(record->value), record->version};
}

std::optional<Role> Directory::find_role(std::string_view name) const {
  auto found = look_up(name);
  if (!found) return std::nullopt;
  return std::move(found->role);
}

std::optional<Role> Directory::find_role_by_arn(std::string_view arn) const {
  auto role = find_role(arn.substr(arn.rfind('/') + 1));
  if (!role || arn_of(*role) != arn) return std::nullopt;
  return role;
}

DirectoryResult<Role> Directory::get_role(std::string_view name) const {
  auto found = look_up(name);
  if (!found) return no_such_role(name);
  return std::move(found->role);
}

Page<Role> Directory::list_roles(std::string_view path_prefix, std::string_view after,
                                 std::size_t limit) const {
  Page<Role> page;
  store::ScanRange range{.after = std::string(after), .limit = 100};
  for (bool more = true; more;) {
    const auto records = records_.scan(kRoles, range);
    more = records.size() == range.limit;
    for (const store::Record& record : records) {
      range.after = record.key;
      Role role = role_from_record(record.value);
      if (!role.path.starts_with(path_prefix)) continue;
      if (page.items.size() == limit) return page;
      page.items.push_back(std::move(role));
      if (page.items.size() == limit) page.next = record.key;
    }
  }
  page.next.clear();
  return page;
}

DirectoryResult<void> Directory::create_role(const Role& role) {
  store::Changes changes{{kRoles, base::to_lower(role.name), to_record(role), std::uint64_t{0}}};
  if (role.permissions_boundary) {
    changes.push_back({kBoundaries, use_key(*role.permissions_boundary, role.name), "", {}});
  }
  KENNEL_TRY(const bool created, made(records_.commit(std::move(changes))));
  if (created) return {};
  return refuse(DirectoryProblem::kExists,
                fmt::format("Role with name {} already exists.", role.name));
}

DirectoryResult<void> Directory::delete_role(std::string_view name) {
  for (;;) {
    const auto found = look_up(name);
    if (!found) return no_such_role(name);
    KENNEL_TRY_VOID(check_deletable(found->role));
    store::Changes changes{{kRoles, base::to_lower(name), std::nullopt, found->version}};
    if (const auto& boundary = found->role.permissions_boundary) {
      changes.push_back({kBoundaries, use_key(*boundary, name), std::nullopt, {}});
    }
    KENNEL_TRY(const bool deleted, made(records_.commit(std::move(changes))));
    if (deleted) return {};
  }
}

DirectoryResult<void> Directory::update(std::string_view name, const VersionedChange& change) {
  for (;;) {
    auto found = look_up(name);
    if (!found) return no_such_role(name);
    const Role before = found->role;
    KENNEL_TRY(store::Changes changes, change(found->role));
    if (changes.empty() && found->role == before) return {};
    changes.push_back({kRoles, base::to_lower(name), to_record(found->role), found->version});
    KENNEL_TRY(const bool changed, made(records_.commit(std::move(changes))));
    if (changed) return {};
  }
}

DirectoryResult<void> Directory::change_role(std::string_view name, const RoleChange& change) {
  return update(name, [&change](Role& role) -> DirectoryResult<store::Changes> {
    KENNEL_TRY_VOID(change(role));
    return store::Changes{};
  });
}

DirectoryResult<void> Directory::attach_policy(std::string_view role_name, std::string_view arn) {
  if (!find_policy(arn)) {
    return refuse(DirectoryProblem::kMissing,
                  fmt::format("Policy {} does not exist or is not attachable.", arn));
  }
  return update(role_name, [&](Role& role) -> DirectoryResult<store::Changes> {
    auto& attached = role.attached_policies;
    if (std::ranges::find(attached, arn) != attached.end()) return store::Changes{};
    if (attached.size() >= kAttachedPoliciesMax) {
      return refuse(
          DirectoryProblem::kLimit,
          fmt::format("Cannot exceed quota for PoliciesPerRole: {}", kAttachedPoliciesMax));
    }
    attached.emplace_back(arn);
    return store::Changes{{kAttachments, use_key(arn, role_name), "", std::nullopt}};
  });
}

DirectoryResult<void> Directory::detach_policy(std::string_view role_name, std::string_view arn) {
  return update(role_name, [&](Role& role) -> DirectoryResult<store::Changes> {
    if (std::erase(role.attached_policies, arn) == 0) {
      return refuse(DirectoryProblem::kMissing, fmt::format("Policy {} was not found.", arn));
    }
    return store::Changes{{kAttachments, use_key(arn, role_name), std::nullopt, std::nullopt}};
  });
}

std::optional<Policy> Directory::find_policy(std::string_view arn) const {
  if (arn.starts_with(kManagedPolicyPrefix)) return find_managed_policy(arn);
  const auto record = records_.find(kPolicies, arn);
  if (!record) return std::nullopt;
  return policy_from_record(record->value);
}

DirectoryResult<void> Directory::create_policy(const Policy& policy) {
  KENNEL_TRY(const bool created,
             made(records_.commit(
                 {{kPolicyNames, base::to_lower(policy.name), policy.arn, std::uint64_t{0}},
                  {kPolicyIds, policy.id, policy.arn, std::uint64_t{0}},
                  {kPolicies, policy.arn, to_record(policy), std::uint64_t{0}}})));
  if (created) return {};
  return refuse(DirectoryProblem::kExists,
                fmt::format("A policy called {} already exists. Duplicate names are not allowed.",
                            policy.name));
}

Page<Policy> Directory::list_policies(std::string_view after, std::size_t limit) const {
  Page<Policy> page;
  for (const auto& record :
       records_.scan(kPolicies, {.after = std::string(after), .limit = limit + 1})) {
    if (page.items.size() == limit) {
      page.next = page.items.back().arn;
      break;
    }
    page.items.push_back(policy_from_record(record.value));
  }
  return page;
}

PolicyUses Directory::count_uses(std::string_view policy_arn) const {
  const auto count = [&](const char* collection) {
    return static_cast<std::int32_t>(
        records_.scan(collection, {.prefix = fmt::format("{}\n", policy_arn), .limit = 100'000})
            .size());
  };
  return {count(kAttachments), count(kBoundaries)};
}

std::map<std::string, PolicyUses> Directory::count_all_uses() const {
  std::map<std::string, PolicyUses> uses;
  const auto count = [&](const char* collection, std::int32_t PolicyUses::* number) {
    for (const store::Record& record : records_.scan(collection, {.limit = 1'000'000})) {
      uses[record.key.substr(0, record.key.find('\n'))].*number += 1;
    }
  };
  count(kAttachments, &PolicyUses::attachments);
  count(kBoundaries, &PolicyUses::boundaries);
  return uses;
}

std::optional<std::string> Directory::find_policy_arn(std::string_view id) const {
  if (const auto record = records_.find(kPolicyIds, id)) return record->value;
  return find_managed_policy_arn(id);
}

}  // namespace kennel::access

// The account's roles and managed policies. Every change is one commit, checked against what it was
// made from: of two at once, the later one is made again on the newer state. Safe from several
// threads; changes block until they are durable, so not on the loop thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/role.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/records.h"

namespace kennel::access {

// Why a change was refused, beyond what its caller checks: the words are IAM's.
enum class DirectoryProblem { kMissing, kExists, kInUse, kLimit, kProtected, kBusy };

struct DirectoryError {
  DirectoryProblem problem;
  std::string message;
};

template <class T>
using DirectoryResult = tl::expected<T, DirectoryError>;

template <class T>
struct Page {
  std::vector<T> items;
  std::string next;  // where the next page begins, for `after`; empty: this was the last
};

struct PolicyUses {
  std::int32_t attachments = 0;
  std::int32_t boundaries = 0;
};

class Directory {
 public:
  Directory(store::Records& records, std::string account);

  [[nodiscard]] const std::string& account() const { return account_; }
  [[nodiscard]] std::string arn_of(const Role& role) const;

  [[nodiscard]] std::optional<Role> find_role(std::string_view name) const;
  // The role of that very ARN.
  [[nodiscard]] std::optional<Role> find_role_by_arn(std::string_view arn) const;
  // By name, or the refusal that says so.
  [[nodiscard]] DirectoryResult<Role> get_role(std::string_view name) const;
  [[nodiscard]] Page<Role> list_roles(std::string_view path_prefix, std::string_view after,
                                      std::size_t limit) const;
  [[nodiscard]] DirectoryResult<void> create_role(const Role& role);
  [[nodiscard]] DirectoryResult<void> delete_role(std::string_view name);

  // Changes a role by `change`, which may be called again on a newer state and must not touch its
  // attached policies.
  using RoleChange = std::function<DirectoryResult<void>(Role&)>;
  [[nodiscard]] DirectoryResult<void> change_role(std::string_view name, const RoleChange& change);

  // Attaching what is attached changes nothing.
  [[nodiscard]] DirectoryResult<void> attach_policy(std::string_view role, std::string_view arn);
  [[nodiscard]] DirectoryResult<void> detach_policy(std::string_view role, std::string_view arn);

  // A customer's or AWS's own.
  [[nodiscard]] std::optional<Policy> find_policy(std::string_view arn) const;
  [[nodiscard]] DirectoryResult<void> create_policy(const Policy& policy);
  // The account's own, in the order of their ARNs.
  [[nodiscard]] Page<Policy> list_policies(std::string_view after, std::size_t limit) const;
  // How many roles have it attached, and have it as their permissions boundary.
  [[nodiscard]] PolicyUses count_uses(std::string_view policy_arn) const;
  // The same for every policy that is used at all.
  [[nodiscard]] std::map<std::string, PolicyUses> count_all_uses() const;
  // The ARN of a policy of the account's or of AWS's, by its unique id.
  [[nodiscard]] std::optional<std::string> find_policy_arn(std::string_view id) const;

 private:
  struct Found {
    Role role;
    std::uint64_t version;
  };
  using VersionedChange = std::function<DirectoryResult<store::Changes>(Role&)>;

  [[nodiscard]] std::optional<Found> look_up(std::string_view name) const;
  [[nodiscard]] DirectoryResult<void> update(std::string_view name, const VersionedChange& change);

  store::Records& records_;
  std::string account_;
};

}  // namespace kennel::access

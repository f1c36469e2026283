// IAM: roles and policies, one function an operation. The state is room access's; here are AWS's
// names, limits and sentences. Functions run on the pool, several at a time.
#pragma once

#include "access/directory.h"
#include "services/iam/model.h"
#include "wire/call.h"

namespace kennel::services::iam {

class Iam {
 public:
  explicit Iam(access::Directory& directory) : directory_(directory) {}

  [[nodiscard]] wire::ServiceBinding bind();

  template <class Operation>
  using Answer = wire::Outcome<typename Operation::Output>;
  using Call = wire::Call;

  // roles.cpp
  Answer<CreateRole> handle(CreateRole, const Call& call, const CreateRoleRequest& input);
  Answer<GetRole> handle(GetRole, const Call& call, const GetRoleRequest& input);
  Answer<ListRoles> handle(ListRoles, const Call& call, const ListRolesRequest& input);
  Answer<DeleteRole> handle(DeleteRole, const Call& call, const DeleteRoleRequest& input);
  Answer<UpdateAssumeRolePolicy> handle(UpdateAssumeRolePolicy, const Call& call,
                                        const UpdateAssumeRolePolicyRequest& input);
  Answer<TagRole> handle(TagRole, const Call& call, const TagRoleRequest& input);
  Answer<UntagRole> handle(UntagRole, const Call& call, const UntagRoleRequest& input);

  // role_policies.cpp
  Answer<AttachRolePolicy> handle(AttachRolePolicy, const Call& call,
                                  const AttachRolePolicyRequest& input);
  Answer<DetachRolePolicy> handle(DetachRolePolicy, const Call& call,
                                  const DetachRolePolicyRequest& input);
  Answer<ListAttachedRolePolicies> handle(ListAttachedRolePolicies, const Call& call,
                                          const ListAttachedRolePoliciesRequest& input);
  Answer<PutRolePolicy> handle(PutRolePolicy, const Call& call, const PutRolePolicyRequest& input);
  Answer<GetRolePolicy> handle(GetRolePolicy, const Call& call, const GetRolePolicyRequest& input);
  Answer<ListRolePolicies> handle(ListRolePolicies, const Call& call,
                                  const ListRolePoliciesRequest& input);
  Answer<DeleteRolePolicy> handle(DeleteRolePolicy, const Call& call,
                                  const DeleteRolePolicyRequest& input);

  // policies.cpp
  Answer<CreatePolicy> handle(CreatePolicy, const Call& call, const CreatePolicyRequest& input);
  Answer<GetPolicy> handle(GetPolicy, const Call& call, const GetPolicyRequest& input);
  Answer<ListPolicies> handle(ListPolicies, const Call& call, const ListPoliciesRequest& input);

 private:
  [[nodiscard]] Role to_role(const access::Role& role) const;
  // A marker of policies is the id of the last one: an ARN may be longer than a marker may be.
  [[nodiscard]] wire::Outcome<std::string> to_policy_arn(
      const std::optional<std::string>& marker) const;

  access::Directory& directory_;
};

}  // namespace kennel::services::iam

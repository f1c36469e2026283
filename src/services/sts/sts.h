// STS: who calls, and sessions of roles. Functions run on the pool, several at a time.
#pragma once

#include "access/credentials.h"
#include "access/directory.h"
#include "services/sts/model.h"
#include "wire/call.h"

namespace kennel::services::sts {

class Sts {
 public:
  Sts(const access::Directory& directory, const access::Credentials& credentials)
      : directory_(directory), credentials_(credentials) {}

  [[nodiscard]] wire::ServiceBinding bind();

  wire::Outcome<AssumeRoleResponse> handle(AssumeRole, const wire::Call& call,
                                           const AssumeRoleRequest& input);
  wire::Outcome<GetCallerIdentityResponse> handle(GetCallerIdentity, const wire::Call& call,
                                                  const GetCallerIdentityRequest& input);

 private:
  const access::Directory& directory_;
  const access::Credentials& credentials_;
};

}  // namespace kennel::services::sts

#include "access/identifiers.h"

#include <fmt/format.h>

#include "access/caller.h"
#include "base/secure_random.h"

namespace kennel::access {

std::string make_unique_id(std::string_view prefix) {
  constexpr std::size_t kRandomLetters = 16;
  return std::string(prefix) +
         base::secure_text(kRandomLetters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

std::string make_secret_access_key() {
  return base::secure_text(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

std::string role_arn(std::string_view account, std::string_view path, std::string_view name) {
  return fmt::format("arn:{}:iam::{}:role{}{}", kPartition, account, path, name);
}

std::string policy_arn(std::string_view account, std::string_view path, std::string_view name) {
  return fmt::format("arn:{}:iam::{}:policy{}{}", kPartition, account, path, name);
}

std::string assumed_role_arn(std::string_view account, std::string_view role,
                             std::string_view session) {
  return fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", kPartition, account, role, session);
}

}  // namespace kennel::access

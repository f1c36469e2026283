#include "access/trust.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/field.h"

namespace kennel::access {
namespace {

using nlohmann::json;

// A member that is one text or a list of them.
std::vector<std::string> texts(const json& object, const char* name) {
  std::vector<std::string> list;
  if (!object.is_object() || !object.contains(name)) return list;
  const json& value = object[name];
  if (value.is_string()) list.push_back(value);
  if (!value.is_array()) return list;
  for (const json& one : value) {
    if (one.is_string()) list.push_back(one);
  }
  return list;
}

bool names_service(const json& statement, std::string_view service) {
  if (!statement.contains("Principal")) return false;
  const json& principal = statement["Principal"];
  if (principal.is_string()) return principal == "*";
  const auto named = texts(principal, "Service");
  return std::ranges::any_of(named, [service](const std::string& one) {
    return one == "*" || base::equals_ignoring_case(one, service);
  });
}

bool names_assume_role(const json& statement) {
  const auto named = texts(statement, "Action");
  return std::ranges::any_of(named, [](const std::string& one) {
    return one == "*" || base::equals_ignoring_case(one, "sts:*") ||
           base::equals_ignoring_case(one, "sts:AssumeRole") ||
           base::equals_ignoring_case(one, "sts:Assume*");
  });
}

}  // namespace

bool trusts_service(const Role& role, std::string_view service) {
  const json policy = json::parse(role.trust_policy, nullptr, false);
  if (!policy.is_object() || !policy.contains("Statement")) return false;
  const json& listed = policy["Statement"];
  const json statements = listed.is_array() ? listed : json::array({listed});
  bool allowed = false;
  for (const json& statement : statements) {
    if (!statement.is_object() || !names_service(statement, service) ||
        !names_assume_role(statement)) {
      continue;
    }
    const std::string effect = statement.value("Effect", "");
    if (effect == "Deny") return false;
    const bool unconditional = !statement.contains("Condition") || statement["Condition"].empty();
    allowed |= effect == "Allow" && unconditional;
  }
  return allowed;
}

}  // namespace kennel::access

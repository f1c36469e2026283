#include "access/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/field.h"

namespace kennel::access {
namespace {

using base::Result;
using nlohmann::json;

constexpr std::size_t kDepthMax = 16;
constexpr const char* kSyntax = "Syntax errors in policy.";

tl::unexpected<base::Error> malformed(std::string message) {
  return base::fail(base::ErrorKind::kInvalid, std::move(message));
}

// Refuses what a parser would quietly take: keys given twice, and towers of brackets.
json parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  bool sound = true;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    using Event = json::parse_event_t;
    sound = sound && static_cast<std::size_t>(depth) <= kDepthMax;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::key) sound = keys.back().insert(parsed.get<std::string>()).second && sound;
    if (event == Event::object_end) keys.pop_back();
    return sound;
  };
  json document = json::parse(text, watch, false);
  return sound ? document : json(json::value_t::discarded);
}

bool is_text_or_texts(const json& value) {
  return value.is_string() ||
         (value.is_array() && !value.empty() &&
          std::ranges::all_of(value, [](const json& item) { return item.is_string(); }));
}

std::vector<std::string> texts_of(const json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

bool is_action(const std::string& text) {
  if (text == "*") return true;
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < text.size() &&
         std::ranges::all_of(text, [](unsigned char letter) { return letter > ' '; });
}

bool is_resource(const std::string& text) {
  return text == "*" || (text.starts_with("arn:") && std::ranges::count(text, ':') >= 5) ||
         text.starts_with("arn:*");
}

Result<void> check_condition(const json& condition) {
  if (!condition.is_object()) return malformed(kSyntax);
  for (const json& keys : condition) {
    if (!keys.is_object()) return malformed(kSyntax);
    for (const json& values : keys) {
      const bool scalar = values.is_string() || values.is_boolean() || values.is_number();
      const bool list = values.is_array() && std::ranges::all_of(values, [](const json& item) {
                          return item.is_string() || item.is_boolean() || item.is_number();
                        });
      if (!scalar && !list) return malformed(kSyntax);
    }
  }
  return {};
}

Result<void> check_principal(const json& principal) {
  constexpr std::array<std::string_view, 4> kKinds{"AWS", "Service", "Federated", "CanonicalUser"};
  if (principal.is_string() && principal == "*") return {};
  if (!principal.is_object() || principal.empty()) return malformed(kSyntax);
  for (const auto& item : principal.items()) {
    if (std::ranges::find(kKinds, item.key()) == kKinds.end() || !is_text_or_texts(item.value())) {
      return malformed(fmt::format("Invalid principal in policy: \"{}\"", item.key()));
    }
  }
  return {};
}

// Exactly one of two members, which must be a text or texts.
Result<const json*> one_of(const json& statement, const char* plain, const char* negated) {
  const auto a = statement.find(plain);
  const auto b = statement.find(negated);
  if (a != statement.end() && b != statement.end()) return malformed(kSyntax);
  if (a != statement.end()) return &*a;
  if (b != statement.end()) return &*b;
  return nullptr;
}

Result<void> check_actions(const json& statement, PolicyUse use) {
  KENNEL_TRY(const json* actions, one_of(statement, "Action", "NotAction"));
  if (actions == nullptr) return malformed("Policy statement must contain actions.");
  if (!is_text_or_texts(*actions)) return malformed(kSyntax);
  for (const std::string& action : texts_of(*actions)) {
    if (!is_action(action)) {
      return malformed(
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    if (use == PolicyUse::kTrust && !action.starts_with("sts:") && action != "*") {
      return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    }
  }
  return {};
}

Result<void> check_resources(const json& statement, PolicyUse use) {
  KENNEL_TRY(const json* resources, one_of(statement, "Resource", "NotResource"));
  if (use == PolicyUse::kTrust) {
    if (resources != nullptr) return malformed("Has prohibited field Resource");
    return {};
  }
  if (resources == nullptr) return malformed("Policy statement must contain resources.");
  if (!is_text_or_texts(*resources)) return malformed(kSyntax);
  for (const std::string& resource : texts_of(*resources)) {
    if (!is_resource(resource)) {
      return malformed(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
    }
  }
  return {};
}

Result<void> check_principals(const json& statement, PolicyUse use) {
  KENNEL_TRY(const json* principals, one_of(statement, "Principal", "NotPrincipal"));
  if (use == PolicyUse::kTrust) {
    if (principals == nullptr) return malformed("Missing required field Principal");
    return check_principal(*principals);
  }
  if (principals != nullptr) return malformed("Policy document should not specify a principal.");
  return {};
}

Result<void> check_statement(const json& statement, PolicyUse use) {
  constexpr std::array<std::string_view, 9> kMembers{"Sid",       "Effect",       "Action",
                                                     "NotAction", "Resource",     "NotResource",
                                                     "Principal", "NotPrincipal", "Condition"};
  if (!statement.is_object()) return malformed(kSyntax);
  for (const auto& item : statement.items()) {
    if (std::ranges::find(kMembers, item.key()) == kMembers.end()) return malformed(kSyntax);
  }
  const auto effect = statement.find("Effect");
  if (effect == statement.end()) return malformed("Missing required field Effect");
  if (*effect != "Allow" && *effect != "Deny") return malformed(kSyntax);
  if (const auto sid = statement.find("Sid"); sid != statement.end() && !sid->is_string()) {
    return malformed(kSyntax);
  }
  KENNEL_TRY_VOID(check_principals(statement, use));
  KENNEL_TRY_VOID(check_actions(statement, use));
  KENNEL_TRY_VOID(check_resources(statement, use));
  const auto condition = statement.find("Condition");
  return condition == statement.end() ? Result<void>{} : check_condition(*condition);
}

Result<void> check_frame(const json& policy) {
  constexpr std::array<std::string_view, 3> kMembers{"Version", "Id", "Statement"};
  if (!policy.is_object()) return malformed(kSyntax);
  for (const auto& item : policy.items()) {
    if (std::ranges::find(kMembers, item.key()) == kMembers.end()) return malformed(kSyntax);
  }
  const auto version = policy.find("Version");
  if (version != policy.end() && *version != "2012-10-17" && *version != "2008-10-17") {
    return malformed("Policy document must be version 2012-10-17 or greater.");
  }
  if (!policy.contains("Statement")) return malformed("Missing required field Statement");
  return {};
}

}  // namespace

bool has_repeated_key(std::span<const Tag> tags) {
  std::set<std::string> keys;
  return !std::ranges::all_of(
      tags, [&keys](const Tag& tag) { return keys.insert(base::to_lower(tag.key)).second; });
}

Result<void> check_policy_document(std::string_view document, PolicyUse use) {
  const json policy = parse_strictly(document);
  if (policy.is_discarded()) return malformed("This policy contains invalid Json");
  KENNEL_TRY_VOID(check_frame(policy));
  const json& statements = policy["Statement"];
  if (statements.is_object()) return check_statement(statements, use);
  if (!statements.is_array() || statements.empty()) return malformed(kSyntax);
  std::set<std::string> sids;
  for (const json& statement : statements) {
    KENNEL_TRY_VOID(check_statement(statement, use));
    const std::string sid = statement.value("Sid", "");
    if (!sid.empty() && !sids.insert(sid).second) {
      return malformed("Statement IDs (SID) in a single policy must be unique.");
    }
  }
  return {};
}

}  // namespace kennel::access

#include "access/role.h"

#include <nlohmann/json.hpp>

namespace kennel::access {
namespace {

using nlohmann::json;

std::int64_t to_milliseconds(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

TimePoint from_milliseconds(std::int64_t milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

json to_json(const std::vector<Tag>& tags) {
  json list = json::array();
  for (const Tag& tag : tags) list.push_back({tag.key, tag.value});
  return list;
}

std::vector<Tag> tags_from(const json& list) {
  std::vector<Tag> tags;
  for (const json& tag : list) tags.push_back({tag.at(0), tag.at(1)});
  return tags;
}

}  // namespace

std::string to_record(const Role& role) {
  json record{{"name", role.name},
              {"path", role.path},
              {"id", role.id},
              {"description", role.description},
              {"trust_policy", role.trust_policy},
              {"session_max_s", role.session_max.count()},
              {"created_ms", to_milliseconds(role.created)},
              {"tags", to_json(role.tags)},
              {"attached", role.attached_policies},
              {"inline", role.inline_policies},
              {"protected", role.is_protected}};
  if (role.permissions_boundary) record["boundary"] = *role.permissions_boundary;
  return record.dump();
}

Role role_from_record(std::string_view record) {
  const json fields = json::parse(record);
  Role role;
  role.name = fields.at("name");
  role.path = fields.at("path");
  role.id = fields.at("id");
  role.description = fields.at("description");
  role.trust_policy = fields.at("trust_policy");
  role.session_max = std::chrono::seconds(fields.at("session_max_s").get<std::int64_t>());
  role.created = from_milliseconds(fields.at("created_ms"));
  role.tags = tags_from(fields.at("tags"));
  role.attached_policies = fields.at("attached").get<std::vector<std::string>>();
  role.inline_policies = fields.at("inline").get<std::map<std::string, std::string>>();
  role.is_protected = fields.at("protected");
  if (fields.contains("boundary")) role.permissions_boundary = fields.at("boundary");
  return role;
}

std::string to_record(const Policy& policy) {
  return json{{"arn", policy.arn},
              {"name", policy.name},
              {"path", policy.path},
              {"id", policy.id},
              {"description", policy.description},
              {"document", policy.document},
              {"version", policy.default_version},
              {"created_ms", to_milliseconds(policy.created)},
              {"updated_ms", to_milliseconds(policy.updated)},
              {"tags", to_json(policy.tags)}}
      .dump();
}

Policy policy_from_record(std::string_view record) {
  const json fields = json::parse(record);
  Policy policy;
  policy.arn = fields.at("arn");
  policy.name = fields.at("name");
  policy.path = fields.at("path");
  policy.id = fields.at("id");
  policy.description = fields.at("description");
  policy.document = fields.at("document");
  policy.default_version = fields.at("version");
  policy.created = from_milliseconds(fields.at("created_ms"));
  policy.updated = from_milliseconds(fields.at("updated_ms"));
  policy.tags = tags_from(fields.at("tags"));
  return policy;
}

}  // namespace kennel::access

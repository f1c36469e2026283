#include "access/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/identifiers.h"

namespace kennel::access {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

std::int64_t to_milliseconds(TimePoint time) {
  return std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
}

// What a token holds.
std::string describe(const Session& session, const Role& role, const SessionRequest& request,
                     TimePoint now) {
  json fields{{"key", session.key.id},
              {"secret", session.key.secret},
              {"role", role.name},
              {"role_id", role.id},
              {"session", request.session_name},
              {"started_ms", to_milliseconds(now)},
              {"expires_ms", to_milliseconds(session.expires)}};
  if (!request.session_policy.empty()) fields["policy"] = request.session_policy;
  if (!request.policy_arns.empty()) fields["policy_arns"] = request.policy_arns;
  for (const Tag& tag : request.tags) fields["tags"][tag.key] = tag.value;
  if (!request.transitive_tag_keys.empty()) fields["transitive"] = request.transitive_tag_keys;
  if (!request.source_identity.empty()) fields["source_identity"] = request.source_identity;
  return fields.dump();
}

base::Result<void> check_given(const AccessKey& key) {
  // What AWS's own model of an access key id asks for.
  const bool id_fits = key.id.size() >= 3 && key.id.size() <= 128 &&
                       std::ranges::all_of(key.id, [](unsigned char letter) {
                         return std::isalnum(letter) != 0 || letter == '_';
                       });
  if (!id_fits) {
    return base::fail(base::ErrorKind::kInvalid,
                      fmt::format("KENNEL_ROOT_ACCESS_KEY_ID is \"{}\": give 3 to 128 letters, "
                                  "digits or underscores",
                                  key.id));
  }
  if (key.secret.size() < 8) {
    return base::fail(base::ErrorKind::kInvalid,
                      "KENNEL_ROOT_SECRET_ACCESS_KEY is missing or shorter than 8 letters: a "
                      "secret that short is guessed");
  }
  return {};
}

void write_key(base::Disk& disk, const base::Path& file, const AccessKey& key) {
  const std::string text =
      json{{"access_key_id", key.id}, {"secret_access_key", key.secret}}.dump(2) + "\n";
  base::write_secret(disk, file, base::as_bytes(text));
}

void make_administrator_role(Directory& directory, TimePoint now) {
  Role role;
  role.name = kAdministratorRole;
  role.path = "/";
  role.id = make_unique_id("AROA");
  role.description = "Made by kennel: what the administrator's access key acts as";
  // The services that run jobs, endpoints and functions may act as it, as in a notebook's role.
  role.trust_policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":)"
      R"(["sagemaker.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]})";
  role.session_max = std::chrono::hours(12);
  role.created = now;
  role.is_protected = true;
  const auto made = directory.create_role(role);
  base::check(made.has_value(), "nobody else makes the administrator's role");
}

}  // namespace

Credentials::Credentials(const Directory& directory, const MasterKey& key, AccessKey administrator)
    : directory_(directory), seal_(key, "session token"), administrator_(std::move(administrator)) {
  const auto role = directory.find_role(kAdministratorRole);
  base::check(role.has_value(), "the administrator's role is made before its credentials");
  administrator_caller_ = make_caller(*role, kAdministratorSession);
  administrator_caller_.access_key_id = administrator_.id;
  administrator_caller_.session_started = role->created;
  administrator_caller_.administrator = true;
}

Caller Credentials::make_caller(const Role& role, std::string_view session_name) const {
  Caller caller;
  caller.account = directory_.account();
  caller.arn = assumed_role_arn(directory_.account(), role.name, session_name);
  caller.user_id = fmt::format("{}:{}", role.id, session_name);
  caller.role_name = role.name;
  caller.role_id = role.id;
  caller.role_arn = directory_.arn_of(role);
  caller.session_name = session_name;
  return caller;
}

tl::expected<KnownKey, KeyProblem> Credentials::find(std::string_view access_key_id,
                                                     std::string_view session_token,
                                                     TimePoint now) const {
  if (access_key_id == administrator_.id) {
    if (!session_token.empty()) return tl::unexpected(KeyProblem::kWrongToken);
    return KnownKey{administrator_.secret, administrator_caller_};
  }
  if (session_token.empty()) return tl::unexpected(KeyProblem::kUnknownKey);
  const auto opened = seal_.open(session_token);
  if (!opened) return tl::unexpected(KeyProblem::kWrongToken);
  const json fields = json::parse(*opened);
  if (fields.at("key").get_ref<const std::string&>() != access_key_id)
    return tl::unexpected(KeyProblem::kWrongToken);
  const auto at = [&](const char* name) {
    return TimePoint(milliseconds(fields.at(name).get<std::int64_t>()));
  };
  if (now >= at("expires_ms")) return tl::unexpected(KeyProblem::kExpired);
  const auto role = directory_.find_role(fields.at("role").get_ref<const std::string&>());
  if (!role || role->id != fields.at("role_id").get_ref<const std::string&>())
    return tl::unexpected(KeyProblem::kUnknownKey);
  Caller caller = make_caller(*role, fields.at("session").get_ref<const std::string&>());
  caller.access_key_id = access_key_id;
  caller.session_started = at("started_ms");
  return KnownKey{fields.at("secret"), std::move(caller)};
}

Session Credentials::start_session(const Role& role, const SessionRequest& request,
                                   TimePoint now) const {
  Session session;
  session.key = {make_unique_id("ASIA"), make_secret_access_key()};
  // AWS's expirations are whole seconds.
  session.expires = std::chrono::floor<std::chrono::seconds>(now + request.duration);
  session.caller = make_caller(role, request.session_name);
  session.caller.access_key_id = session.key.id;
  session.caller.session_started = now;
  session.token = seal_.seal(describe(session, role, request, now));
  return session;
}

base::Result<AccessKey> read_administrator_key(const base::Path& file) {
  KENNEL_TRY(const base::Bytes bytes, base::read_file(file, 64 * base::kKiB));
  const json fields = json::parse(base::as_text(bytes), nullptr, false);
  if (!fields.is_object() || !fields.contains("access_key_id") ||
      !fields.contains("secret_access_key")) {
    return base::fail(base::ErrorKind::kCorrupt,
                      fmt::format("{} does not hold an access key", file.string()));
  }
  return AccessKey{fields.at("access_key_id"), fields.at("secret_access_key")};
}

base::Result<AccessKey> open_administrator_key(base::Disk& disk, const base::Path& file,
                                               const std::optional<AccessKey>& given) {
  if (given) {
    KENNEL_TRY_VOID(check_given(*given));
    write_key(disk, file, *given);
    return *given;
  }
  if (!std::filesystem::exists(file)) {
    write_key(disk, file, {make_unique_id("AKIA"), make_secret_access_key()});
  }
  return read_administrator_key(file);
}

void ensure_administrator_role(Directory& directory, TimePoint now) {
  if (!directory.find_role(kAdministratorRole)) make_administrator_role(directory, now);
  // Again at every start: a kill between the two commits must not leave it without.
  const auto attached =
      directory.attach_policy(kAdministratorRole, "arn:aws:iam::aws:policy/AdministratorAccess");
  base::check(attached.has_value(), "AdministratorAccess can be attached");
}

}  // namespace kennel::access

#include <utility>

#include "observe/audit.h"
#include "observe/calendar.h"

namespace kennel::observe {
namespace {

using Json = nlohmann::ordered_json;

// Room ahead, because an ordered object copies its names whenever it grows.
Json object_for(std::size_t members) {
  Json json = Json::object();
  json.get_ref<Json::object_t&>().reserve(members);
  return json;
}

void add(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

Json issuer_json(const SessionIssuer& issuer) {
  Json json = object_for(5);
  add(json, "type", issuer.type);
  add(json, "principalId", issuer.principal_id);
  add(json, "arn", issuer.arn);
  add(json, "accountId", issuer.account_id);
  add(json, "userName", issuer.user_name);
  return json;
}

Json session_json(const SessionContext& session) {
  Json json = object_for(2);
  if (session.issuer) json["sessionIssuer"] = issuer_json(*session.issuer);
  Json& attributes = json["attributes"] = object_for(2);
  attributes["creationDate"] = to_iso_seconds(session.creation_date);
  attributes["mfaAuthenticated"] = session.mfa_authenticated ? "true" : "false";  // AWS: a string
  return json;
}

Json identity_json(const UserIdentity& identity) {
  Json json = object_for(7);
  add(json, "type", identity.type);
  add(json, "principalId", identity.principal_id);
  add(json, "arn", identity.arn);
  add(json, "accountId", identity.account_id);
  add(json, "accessKeyId", identity.access_key_id);
  add(json, "userName", identity.user_name);
  if (identity.session_context) json["sessionContext"] = session_json(*identity.session_context);
  return json;
}

Json resources_json(const std::vector<AuditResource>& resources) {
  Json json = Json::array();
  for (const AuditResource& resource : resources) {
    Json& item = json.emplace_back(object_for(3));
    add(item, "accountId", resource.account_id);
    add(item, "type", resource.type);
    add(item, "ARN", resource.arn);
  }
  return json;
}

Json tls_json(const TlsDetails& tls) {
  Json json = object_for(3);
  add(json, "tlsVersion", tls.version);
  add(json, "cipherSuite", tls.cipher_suite);
  add(json, "clientProvidedHostHeader", tls.client_provided_host);
  return json;
}

}  // namespace

Json to_json(const AuditEvent& event) {
  Json json = object_for(22);
  json["eventVersion"] = "1.11";
  json["userIdentity"] = identity_json(event.user_identity);
  json["eventTime"] = to_iso_seconds(event.time);
  json["eventSource"] = event.source;
  json["eventName"] = event.name;
  json["awsRegion"] = event.region;
  json["sourceIPAddress"] = event.source_address;
  json["userAgent"] = event.user_agent;
  add(json, "errorCode", event.error_code);
  add(json, "errorMessage", event.error_message);
  json["requestParameters"] = event.request_parameters;
  json["responseElements"] = event.response_elements;
  json["requestID"] = event.request_id;
  json["eventID"] = event.id;
  json["readOnly"] = event.read_only;
  if (!event.resources.empty()) json["resources"] = resources_json(event.resources);
  json["eventType"] = event.type;
  json["managementEvent"] = event.management;
  json["recipientAccountId"] = event.recipient_account_id;
  json["eventCategory"] = event.management ? "Management" : "Data";
  if (event.tls) json["tlsDetails"] = tls_json(*event.tls);
  return json;
}

}  // namespace kennel::observe

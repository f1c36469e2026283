#include <algorithm>

#include "observe/audit.h"
#include "observe/calendar.h"

namespace kennel::observe {
namespace {

using Json = nlohmann::ordered_json;

// A client's bytes need not be UTF-8; the record is.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool stands_for_itself(char letter) {
  return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
}

// JSON, member after member: every request leaves a record, and a tree of values that is built,
// written and dropped for each costs more than the request itself.
class RecordWriter {
 public:
  void open(std::string_view name = {}) {
    begin(name);
    text_ += '{';
  }
  void close() { text_ += '}'; }
  void open_list(std::string_view name) {
    begin(name);
    text_ += '[';
  }
  void close_list() { text_ += ']'; }

  void add(std::string_view name, std::string_view value) {
    begin(name);
    if (std::ranges::all_of(value, stands_for_itself)) {
      text_.append("\"").append(value).append("\"");
    } else {
      text_ += dump(Json(value));
    }
  }
  void add_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) add(name, value);
  }
  void add_flag(std::string_view name, bool value) {
    begin(name);
    text_ += value ? "true" : "false";
  }
  void add_json(std::string_view name, const Json& value) {
    begin(name);
    text_ += dump(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  // `name` is ours: it needs no escapes.
  void begin(std::string_view name) {
    if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
    if (!name.empty()) text_.append("\"").append(name).append("\":");
  }

  std::string text_;
};

void write_issuer(RecordWriter& record, const SessionIssuer& issuer) {
  record.open("sessionIssuer");
  record.add_if_any("type", issuer.type);
  record.add_if_any("principalId", issuer.principal_id);
  record.add_if_any("arn", issuer.arn);
  record.add_if_any("accountId", issuer.account_id);
  record.add_if_any("userName", issuer.user_name);
  record.close();
}

void write_session(RecordWriter& record, const SessionContext& session) {
  record.open("sessionContext");
  if (session.issuer) write_issuer(record, *session.issuer);
  record.open("attributes");
  record.add("creationDate", to_iso_seconds(session.creation_date));
  record.add("mfaAuthenticated", session.mfa_authenticated ? "true" : "false");  // AWS: a string
  record.close();
  record.close();
}

void write_identity(RecordWriter& record, const UserIdentity& identity) {
  record.open("userIdentity");
  record.add_if_any("type", identity.type);
  record.add_if_any("principalId", identity.principal_id);
  record.add_if_any("arn", identity.arn);
  record.add_if_any("accountId", identity.account_id);
  record.add_if_any("accessKeyId", identity.access_key_id);
  record.add_if_any("userName", identity.user_name);
  if (identity.session_context) write_session(record, *identity.session_context);
  record.close();
}

void write_resources(RecordWriter& record, const std::vector<AuditResource>& resources) {
  if (resources.empty()) return;
  record.open_list("resources");
  for (const AuditResource& resource : resources) {
    record.open();
    record.add_if_any("accountId", resource.account_id);
    record.add_if_any("type", resource.type);
    record.add_if_any("ARN", resource.arn);
    record.close();
  }
  record.close_list();
}

void write_tls(RecordWriter& record, const TlsDetails& tls) {
  record.open("tlsDetails");
  record.add_if_any("tlsVersion", tls.version);
  record.add_if_any("cipherSuite", tls.cipher_suite);
  record.add_if_any("clientProvidedHostHeader", tls.client_provided_host);
  record.close();
}

}  // namespace

std::string to_json_text(const AuditEvent& event) {
  RecordWriter record;
  record.open();
  record.add("eventVersion", "1.11");
  write_identity(record, event.user_identity);
  record.add("eventTime", to_iso_seconds(event.time));
  record.add("eventSource", event.source);
  record.add("eventName", event.name);
  record.add("awsRegion", event.region);
  record.add("sourceIPAddress", event.source_address);
  record.add("userAgent", event.user_agent);
  record.add_if_any("errorCode", event.error_code);
  record.add_if_any("errorMessage", event.error_message);
  record.add_json("requestParameters", event.request_parameters);
  record.add_json("responseElements", event.response_elements);
  record.add("requestID", event.request_id);
  record.add("eventID", event.id);
  record.add_flag("readOnly", event.read_only);
  write_resources(record, event.resources);
  record.add("eventType", event.type);
  record.add_flag("managementEvent", event.management);
  record.add("recipientAccountId", event.recipient_account_id);
  record.add("eventCategory", event.management ? "Management" : "Data");
  if (event.tls) write_tls(record, *event.tls);
  record.close();
  return record.take();
}

Json to_json(const AuditEvent& event) { return Json::parse(to_json_text(event)); }

}  // namespace kennel::observe

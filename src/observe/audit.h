// The audit trail: who asked for what, from where, and what came of it, in CloudTrail's record
// format 1.11 (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/
// cloudtrail-event-reference-record-contents.html).
//
// Every call is safe from several threads; `records` and `clock` outlive the trail, and one trail
// writes to a store at a time. Whoever fills an event keeps secrets out of it: what is in it is
// stored as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "store/records.h"

namespace kennel::observe {

using Time = std::chrono::system_clock::time_point;

// The role behind temporary credentials.
struct SessionIssuer {
  std::string type;  // "Role"
  std::string principal_id;
  std::string arn;
  std::string account_id;
  std::string user_name;  // the role's name
};

struct SessionContext {
  std::optional<SessionIssuer> issuer;
  Time creation_date;
  bool mfa_authenticated = false;
};

// Empty members are left out of the record.
struct UserIdentity {
  std::string type;  // "Root", "IAMUser", "AssumedRole", "FederatedUser", "Unknown"
  std::string principal_id;
  std::string arn;
  std::string account_id;
  std::string access_key_id;
  std::string user_name;
  std::optional<SessionContext> session_context;
};

struct AuditResource {
  std::string arn;
  std::string account_id;
  std::string type;  // "AWS::S3::Object"
};

struct TlsDetails {
  std::string version;  // "TLSv1.3"
  std::string cipher_suite;
  std::string client_provided_host;
};

struct AuditEvent {
  Time time;
  UserIdentity user_identity;
  std::string source;  // "sts.amazonaws.com"
  std::string name;    // "GetCallerIdentity"
  std::string region;
  std::string source_address;
  std::string user_agent;
  nlohmann::ordered_json request_parameters;  // null: none
  nlohmann::ordered_json response_elements;   // null: none
  std::string error_code;                     // empty: it went well
  std::string error_message;
  std::string request_id;
  std::string id;  // a UUID; empty: `AuditTrail::record` makes one
  bool read_only = false;
  std::vector<AuditResource> resources;  // empty: left out
  std::string type = "AwsApiCall";
  bool management = true;            // eventCategory Management; false: Data
  std::string recipient_account_id;  // 12 digits
  std::optional<TlsDetails> tls;     // absent: the connection was plain
};

// The record, its members in the order of AWS's examples; as text on one line. What is not UTF-8 is
// replaced.
[[nodiscard]] std::string to_json_text(const AuditEvent& event);
[[nodiscard]] nlohmann::ordered_json to_json(const AuditEvent& event);

struct AuditOptions {
  std::chrono::hours kept_for = std::chrono::days(90);  // as CloudTrail's event history
  std::uint64_t events_max = 1'000'000;                 // older ones go, whatever their age
};

struct AuditPage {
  std::vector<nlohmann::ordered_json> events;  // the latest first
  std::string next;                            // for the page after this; empty: there is none
};

// Events lie in the collection "audit" under the key <milliseconds since 1970>-<sequence>, both as
// 16 hex digits. Neither part ever goes down, not even where the clock does or the server starts
// again, so that the order of the keys is the order of recording.
class AuditTrail {
 public:
  AuditTrail(store::Records& records, const base::Clock& clock, AuditOptions options = {});

  // `done` as in Records::submit: the event is durable, or it is not there.
  void record(AuditEvent event, store::Records::Done done);
  // `limit`: 1 to 10,000. `before`: empty, or the last page's `next`. Throws StoreError.
  [[nodiscard]] AuditPage recent(std::size_t limit, std::string_view before = {}) const;
  // Removes up to `count_max` of the oldest events that are beyond age or number, and says how
  // many; called now and then, again at once where it says `count_max`. Throws StoreError; not on
  // the loop thread.
  [[nodiscard]] base::Result<std::size_t> trim(std::size_t count_max = 500);

 private:
  struct Position {
    std::uint64_t milliseconds = 0;
    std::uint64_t sequence = 0;
  };
  [[nodiscard]] static std::optional<Position> parse_key(std::string_view key);
  [[nodiscard]] std::string next_key(Time at);
  [[nodiscard]] bool outlived(const Position& position) const;

  store::Records& records_;
  const base::Clock& clock_;
  const AuditOptions options_;
  mutable std::mutex mutex_;
  Position last_;  // guarded by mutex_
};

}  // namespace kennel::observe

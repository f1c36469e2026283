#include "observe/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/tests/scratch_folder.h"
#include "store/memory_records.h"
#include "store/sqlite_records.h"

namespace kennel::observe {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 14) + 12h + 345ms;

AuditEvent event_named(const std::string& name, Time time = kNoon) {
  return {.time = time, .source = "sts.amazonaws.com", .name = name};
}

AuditEvent full_event() {
  return {.time = kNoon,
          .user_identity = {.type = "AssumedRole",
                            .principal_id = "AROAEXAMPLE:me",
                            .arn = "arn:aws:sts::123456789012:assumed-role/Worker/me",
                            .account_id = "123456789012",
                            .access_key_id = "ASIAEXAMPLE",
                            .session_context =
                                SessionContext{.issuer = SessionIssuer{"Role", "AROAEXAMPLE",
                                                                       "arn:aws:iam::123456789012:"
                                                                       "role/Worker",
                                                                       "123456789012", "Worker"},
                                               .creation_date = kNoon - 5min,
                                               .mfa_authenticated = false}},
          .source = "iam.amazonaws.com",
          .name = "CreateUser",
          .region = "us-east-1",
          .source_address = "127.0.0.1",
          .user_agent = "aws-cli/2.0",
          .request_parameters = {{"userName", "ann"}},
          .error_code = "EntityAlreadyExists",
          .error_message = "User with name ann already exists.",
          .request_id = "request-1",
          .id = "event-1",
          .resources = {{"arn:aws:iam::123456789012:user/ann", "123456789012", "AWS::IAM::User"}},
          .recipient_account_id = "123456789012",
          .tls = TlsDetails{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "localhost:4566"}};
}

TEST(AuditEvent, IsWrittenAsCloudTrailWritesIt) {
  EXPECT_EQ(to_json(full_event()).dump(), ordered_json::parse(R"({
    "eventVersion": "1.11",
    "userIdentity": {
      "type": "AssumedRole",
      "principalId": "AROAEXAMPLE:me",
      "arn": "arn:aws:sts::123456789012:assumed-role/Worker/me",
      "accountId": "123456789012",
      "accessKeyId": "ASIAEXAMPLE",
      "sessionContext": {
        "sessionIssuer": {
          "type": "Role",
          "principalId": "AROAEXAMPLE",
          "arn": "arn:aws:iam::123456789012:role/Worker",
          "accountId": "123456789012",
          "userName": "Worker"
        },
        "attributes": {"creationDate": "2026-03-14T11:55:00Z", "mfaAuthenticated": "false"}
      }
    },
    "eventTime": "2026-03-14T12:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateUser",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "127.0.0.1",
    "userAgent": "aws-cli/2.0",
    "errorCode": "EntityAlreadyExists",
    "errorMessage": "User with name ann already exists.",
    "requestParameters": {"userName": "ann"},
    "responseElements": null,
    "requestID": "request-1",
    "eventID": "event-1",
    "readOnly": false,
    "resources": [{
      "accountId": "123456789012",
      "type": "AWS::IAM::User",
      "ARN": "arn:aws:iam::123456789012:user/ann"
    }],
    "eventType": "AwsApiCall",
    "managementEvent": true,
    "recipientAccountId": "123456789012",
    "eventCategory": "Management",
    "tlsDetails": {
      "tlsVersion": "TLSv1.3",
      "cipherSuite": "TLS_AES_128_GCM_SHA256",
      "clientProvidedHostHeader": "localhost:4566"
    }
  })")
                                              .dump());
}

TEST(AuditEvent, LeavesOutWhatThereIsNot) {
  const ordered_json json = to_json(event_named("GetCallerIdentity"));
  for (const char* name : {"errorCode", "errorMessage", "resources", "tlsDetails"}) {
    EXPECT_FALSE(json.contains(name)) << name;
  }
  EXPECT_TRUE(json["requestParameters"].is_null());
  EXPECT_EQ(json["userIdentity"], ordered_json::object());
}

TEST(AuditEvent, StaysOneLineOfJsonWhateverBytesAClientSends) {
  for (const std::string& sent :
       {std::string("a \"quoted\" \\ word"), std::string("two\nlines\x01"),
        std::string("ein W\u00f6rtchen \x7f"), std::string("\xff\xfe{[")}) {
    AuditEvent event = full_event();
    event.user_agent = sent;
    event.request_parameters = {{"userName", sent}};
    const std::string text = to_json_text(event);
    EXPECT_EQ(text.find('\n'), std::string::npos) << sent;
    const std::string whole =
        to_json(event).dump(-1, ' ', false, ordered_json::error_handler_t::strict);
    EXPECT_EQ(text, whole) << sent;
    const ordered_json written = ordered_json::parse(
        ordered_json(sent).dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    EXPECT_EQ(to_json(event)["userAgent"], written);
    EXPECT_EQ(to_json(event)["requestParameters"]["userName"], written);
  }
}

class AuditTrailTest : public testing::Test {
 protected:
  AuditTrailTest() { clock_.advance(kNoon.time_since_epoch()); }

  static void record(AuditTrail& trail, AuditEvent event) {
    bool recorded = false;
    trail.record(std::move(event),
                 [&](const std::exception_ptr& broken, const base::Result<void>& result) {
                   recorded = !broken && result.has_value();
                 });
    EXPECT_TRUE(recorded);
  }
  static std::vector<std::string> names(const AuditPage& page) {
    std::vector<std::string> found;
    for (const ordered_json& event : page.events) found.push_back(event["eventName"]);
    return found;
  }
  std::size_t count() const { return records_.scan("audit", {}).size(); }

  store::MemoryRecords records_;
  base::ManualClock clock_;
};

TEST_F(AuditTrailTest, GivesTheLatestFirst) {
  AuditTrail trail(records_, clock_);
  EXPECT_THAT(trail.recent(10).events, IsEmpty());
  record(trail, event_named("A", kNoon));
  record(trail, event_named("B", kNoon));
  record(trail, event_named("C", kNoon + 1h));
  EXPECT_THAT(names(trail.recent(10)), ElementsAre("C", "B", "A"));
}

TEST_F(AuditTrailTest, GivesPageAfterPage) {
  AuditTrail trail(records_, clock_);
  for (const char* name : {"A", "B", "C", "D"}) record(trail, event_named(name));
  const AuditPage first = trail.recent(2);
  EXPECT_THAT(names(first), ElementsAre("D", "C"));
  const AuditPage second = trail.recent(2, first.next);
  EXPECT_THAT(names(second), ElementsAre("B", "A"));
  EXPECT_EQ(second.next, "");
}

TEST_F(AuditTrailTest, GivesEveryEventAnIdOfItsOwn) {
  AuditTrail trail(records_, clock_);
  record(trail, event_named("A"));
  record(trail, event_named("B"));
  const AuditPage page = trail.recent(2);
  EXPECT_EQ(page.events[0]["eventID"].get<std::string>().size(), 36U);
  EXPECT_NE(page.events[0]["eventID"], page.events[1]["eventID"]);
}

TEST_F(AuditTrailTest, KeepsTheOrderOfRecordingWhenTheClockGoesBackAndTheServerStartsAgain) {
  {
    AuditTrail trail(records_, clock_);
    record(trail, event_named("A", kNoon));
    record(trail, event_named("B", kNoon - 24h));
  }
  AuditTrail again(records_, clock_);
  record(again, event_named("C", kNoon - 48h));
  record(again, event_named("D", kNoon));
  EXPECT_THAT(names(again.recent(10)), ElementsAre("D", "C", "B", "A"));
}

TEST_F(AuditTrailTest, TakesBytesThatAreNotUtf8) {
  AuditTrail trail(records_, clock_);
  AuditEvent event = event_named("A");
  event.user_agent = "a\xff\"\n";
  record(trail, std::move(event));
  EXPECT_EQ(trail.recent(1).events.at(0)["userAgent"], "a\uFFFD\"\n");
}

TEST_F(AuditTrailTest, TrimsWhatIsTooOldInBoundedSteps) {
  AuditTrail trail(records_, clock_);
  for (int day = 0; day < 5; ++day) {
    record(trail, event_named(std::to_string(day), kNoon + day * 24h));
  }
  clock_.advance(90 * 24h);
  EXPECT_EQ(trail.trim(), 0U);  // the oldest is 90 days old, and no older
  clock_.advance(3 * 24h);
  EXPECT_EQ(trail.trim(2), 2U);
  EXPECT_EQ(trail.trim(2), 1U);
  EXPECT_EQ(trail.trim(2), 0U);
  EXPECT_THAT(names(trail.recent(10)), ElementsAre("4", "3"));
}

TEST_F(AuditTrailTest, TrimsWhatIsTooMany) {
  AuditTrail trail(records_, clock_, {.events_max = 3});
  for (int number = 0; number < 5; ++number) record(trail, event_named(std::to_string(number)));
  EXPECT_EQ(trail.trim(), 2U);
  EXPECT_THAT(names(trail.recent(10)), ElementsAre("4", "3", "2"));
}

TEST_F(AuditTrailTest, GoesOnAfterEverythingWasTrimmed) {
  AuditTrail trail(records_, clock_);
  record(trail, event_named("A"));
  clock_.advance(91 * 24h);
  EXPECT_EQ(trail.trim(), 1U);
  AuditTrail again(records_, clock_);
  record(again, event_named("B", clock_.calendar_now()));
  EXPECT_THAT(names(again.recent(10)), ElementsAre("B"));
}

TEST_F(AuditTrailTest, GivesEveryThreadsEventAPlaceOfItsOwn) {
  AuditTrail trail(records_, clock_);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int number = 0; number < 100; ++number) record(trail, event_named("A"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 400U);
}

TEST_F(AuditTrailTest, IsThereAfterTheStoreWasOpenedAgain) {
  const base::ScratchFolder folder;
  const base::Path file = folder.path() / "records.db";
  {
    const auto records = store::SqliteRecords::open(file).value();
    AuditTrail trail(*records, clock_);
    trail.record(event_named("A"), [](const std::exception_ptr&, const base::Result<void>&) {});
  }
  const auto records = store::SqliteRecords::open(file).value();
  EXPECT_THAT(names(AuditTrail(*records, clock_).recent(10)), ElementsAre("A"));
}

}  // namespace
}  // namespace kennel::observe

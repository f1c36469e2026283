// The request path as a whole, with a service of the test's own over CloudWatch Logs' tables.
#include "wire/front_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <future>

#include "access/credentials.h"
#include "sign/sigv4.h"
#include "store/memory_records.h"
#include "wire/models/logs/model.h"

namespace kennel::wire {
namespace {

using testing::HasSubstr;

const TimePoint kNow(std::chrono::seconds(1'800'000'000));

class TextBody final : public http::BodyReader {
 public:
  void when_gone(std::function<void()>) override {}
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return text_.size(); }
  aio::Task<base::Result<std::size_t>> read(std::span<std::uint8_t> into) override {
    const std::size_t count = std::min(into.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    reads_ += 1;
    co_return count;
  }
  [[nodiscard]] int reads() const { return reads_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
  int reads_ = 0;
};

std::size_t index_of(std::string_view name) {
  const auto& operations = models::logs::kService.operations;
  const auto found = std::ranges::find(operations, name, &Operation::name);
  return static_cast<std::size_t>(found - operations.begin());
}

class FrontDoorTest : public testing::Test {
 protected:
  FrontDoorTest() {
    clock_.advance(kNow.time_since_epoch());
    access::ensure_administrator_role(directory_, kNow);
    credentials_ = std::make_unique<access::Credentials>(directory_, access::MasterKey{},
                                                         access::AccessKey{"AKIATEST", "secret"});
    ServiceBinding binding{&models::logs::kService, {}, {}};
    binding.functions.resize(models::logs::kService.operations.size());
    binding.functions[index_of("CreateLogGroup")] = [this](const Call&, const Document& input) {
      return create_(input);
    };
    binding.functions[index_of("DescribeLogGroups")] = [this](const Call&, const Document& input) {
      return list_(input);
    };
    FrontDoorParts parts{.runtime = runtime_,
                         .clock = clock_,
                         .credentials = *credentials_,
                         .authorize = &access::allow_every_caller,
                         .audit = audit_,
                         .metrics = metrics_,
                         .report_failure = [this](const std::string& line) { reported_ += line; }};
    door_ = std::make_unique<FrontDoor>(parts, FrontDoorOptions{.account = "123456789012"},
                                        std::vector{binding});
  }

  [[nodiscard]] http::RequestHead signed_head(const std::string& operation,
                                              const std::string& body) const {
    http::RequestHead head{.method = "POST", .target = "/", .peer_address = "127.0.0.1"};
    head.fields = {{"Host", "localhost"},
                   {"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", "Logs_20140328." + operation}};
    const auto added = sign::sign_request(
        {head.method, head.target, head.fields}, {"AKIATEST", "secret", ""}, "us-east-1", "logs",
        kNow, base::as_bytes(body), sign::PathRule::kNormalizedTwiceEncoded);
    head.fields.insert(head.fields.end(), added.begin(), added.end());
    return head;
  }

  http::Response ask(const http::RequestHead& head, TextBody& body) {
    std::promise<http::Response> answered;
    runtime_.spawn([&] { return answer(*door_, head, body, answered); });
    return answered.get_future().get();
  }

  http::Response ask(const std::string& operation, const std::string& text) {
    TextBody body(text);
    return ask(signed_head(operation, text), body);
  }

  [[nodiscard]] nlohmann::ordered_json last_event() const { return audit_.recent(1).events.at(0); }

  static aio::Task<> answer(FrontDoor& door, const http::RequestHead& head, TextBody& body,
                            std::promise<http::Response>& answered) {
    aio::Task<http::Response> handling = door.handle(head, body);
    answered.set_value(co_await std::move(handling));
  }

  base::ManualClock clock_;
  store::MemoryRecords records_;
  access::Directory directory_{records_, "123456789012"};
  std::unique_ptr<access::Credentials> credentials_;
  observe::AuditTrail audit_{records_, clock_};
  observe::Metrics metrics_;
  std::string reported_;
  std::function<Outcome<Document>(const Document&)> create_ = [](const Document&) {
    return Outcome<Document>(Document::object());
  };
  std::function<Outcome<Document>(const Document&)> list_ = create_;
  std::unique_ptr<FrontDoor> door_;
  aio::Runtime runtime_;
};

TEST_F(FrontDoorTest, GivesTheInputToTheFunctionAndRecordsIt) {
  Document seen;
  create_ = [&seen](const Document& input) {
    seen = input;
    return Outcome<Document>(Document::object());
  };
  EXPECT_EQ(ask("CreateLogGroup", R"({"logGroupName":"dogs"})").status, 200);
  EXPECT_EQ(seen, (Document{{"logGroupName", "dogs"}}));
  const auto event = last_event();
  EXPECT_EQ(event["eventName"], "CreateLogGroup");
  EXPECT_EQ(event["requestParameters"]["logGroupName"], "dogs");
  EXPECT_EQ(event["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"],
            "kennel-administrator");
}

TEST_F(FrontDoorTest, AnswersAndRecordsAnError) {
  create_ = [](const Document&) -> Outcome<Document> {
    return refuse({"ResourceAlreadyExistsException", 400, "it is there"});
  };
  const auto response = ask("CreateLogGroup", R"({"logGroupName":"dogs"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("ResourceAlreadyExistsException"));
  EXPECT_EQ(last_event()["errorCode"], "ResourceAlreadyExistsException");
}

TEST_F(FrontDoorTest, ValidatesBeforeTheFunctionSeesAnything) {
  create_ = [](const Document&) -> Outcome<Document> { throw std::logic_error("was called"); };
  const auto response = ask("CreateLogGroup", R"({"logGroupName":""})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("at 'logGroupName' failed to satisfy constraint"));
}

TEST_F(FrontDoorTest, RecordsARefusedNullWithoutFalling) {
  const auto response = ask("CreateLogGroup", R"({"logGroupName":"dogs","tags":{"a":null}})");
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(last_event()["requestParameters"]["tags"]["a"].is_null());
}

TEST_F(FrontDoorTest, SurvivesAFunctionThatThrows) {
  create_ = [](const Document&) -> Outcome<Document> { throw std::runtime_error("disk on fire"); };
  const auto response = ask("CreateLogGroup", R"({"logGroupName":"dogs"})");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("disk on fire")));
  EXPECT_THAT(reported_, HasSubstr("disk on fire"));
  EXPECT_EQ(last_event()["errorCode"], "InternalServerException");
}

TEST_F(FrontDoorTest, AnswersAnOutputThatIsNoText) {
  list_ = [](const Document&) {
    Document output;
    output["logGroups"].push_back({{"logGroupName", "dogs \xFF"}});
    return Outcome<Document>(output);
  };
  const auto response = ask("DescribeLogGroups", "{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("dogs \xEF\xBF\xBD"));
}

TEST_F(FrontDoorTest, SaysWhichOperationsItDoesNotHave) {
  EXPECT_EQ(ask("DescribeLogStreams", R"({"logGroupName":"dogs"})").status, 501);
  const auto unlisted = ask("CreateExportTask", "{}");
  EXPECT_EQ(unlisted.status, 501);
  EXPECT_THAT(unlisted.body, HasSubstr("CreateExportTask"));
  EXPECT_EQ(ask("MakeCoffee", "{}").status, 400);
}

TEST_F(FrontDoorTest, ReadsNoBodyOfAKeyThatItDoesNotKnow) {
  http::RequestHead head = signed_head("CreateLogGroup", "{}");
  for (base::Field& field : head.fields) {
    const auto at = field.value.find("AKIATEST");
    if (at != std::string::npos) field.value.replace(at, 8, "AKIAEVIL");
  }
  TextBody body("{}");
  EXPECT_THAT(ask(head, body).body, HasSubstr("UnrecognizedClientException"));
  EXPECT_EQ(body.reads(), 0);
  EXPECT_TRUE(audit_.recent(1).events.empty());
}

TEST_F(FrontDoorTest, TakesNoBodyThatNobodyVouchesFor) {
  http::RequestHead head{.method = "POST", .target = "/", .peer_address = "127.0.0.1"};
  head.fields = {{"Host", "localhost"},
                 {"X-Amz-Target", "Logs_20140328.CreateLogGroup"},
                 {"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}};
  const auto added =
      sign::sign_request({head.method, head.target, head.fields}, {"AKIATEST", "secret", ""},
                         "us-east-1", "logs", kNow, {}, sign::PathRule::kNormalizedTwiceEncoded);
  head.fields.insert(head.fields.end(), added.begin(), added.end());
  TextBody body(R"({"logGroupName":"dogs"})");
  EXPECT_THAT(ask(head, body).body, HasSubstr("takes no unsigned payload"));
  EXPECT_EQ(body.reads(), 0);
}

TEST_F(FrontDoorTest, TakesNoFieldThatIsThereTwice) {
  http::RequestHead head = signed_head("CreateLogGroup", "{}");
  head.fields.push_back({"x-amz-target", "Logs_20140328.DeleteLogGroup"});
  TextBody body("{}");
  EXPECT_EQ(ask(head, body).status, 400);
  EXPECT_EQ(body.reads(), 0);
}

TEST_F(FrontDoorTest, TakesNoPathThatIsNotNormalized) {
  const std::string text = R"({"logGroupName":"dogs"})";
  http::RequestHead head = signed_head("CreateLogGroup", text);
  head.target = "/a/../";  // has the signature of "/"
  TextBody body(text);
  EXPECT_EQ(ask(head, body).status, 400);
  EXPECT_TRUE(audit_.recent(1).events.empty());
}

TEST_F(FrontDoorTest, RefusesABodyBeyondTheServicesLimitByItsLength) {
  const std::string text(2 * base::kMiB, ' ');
  TextBody body(text);
  const auto response = ask(signed_head("CreateLogGroup", text), body);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(body.reads(), 0);
}

}  // namespace
}  // namespace kennel::wire

// A browser's form through the whole request path, over S3's tables and a PutObject of the test's
// own.
#include "wire/form_upload.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "access/credentials.h"
#include "sign/form_signature.h"
#include "sign/hmac.h"
#include "store/memory_records.h"
#include "wire/front_door.h"
#include "wire/models/s3/model.h"

namespace kennel::wire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const TimePoint kNow(std::chrono::seconds(1'800'000'000));  // 2027-01-15T08:00:00Z

// Gives a few bytes at a time.
class Dripping final : public http::BodyReader {
 public:
  void when_gone(std::function<void()>) override {}
  explicit Dripping(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return text_.size(); }
  aio::Task<base::Result<std::size_t>> read(std::span<std::uint8_t> into) override {
    constexpr std::size_t kPiece = 7;
    const std::size_t count = std::min({into.size(), text_.size() - at_, kPiece});
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    co_return count;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Put {
  Document input;
  std::string file;
  std::optional<std::uint64_t> length;
};

class FormUploadTest : public testing::Test {
 protected:
  FormUploadTest() {
    clock_.advance(kNow.time_since_epoch());
    access::ensure_administrator_role(directory_, kNow);
    credentials_ = std::make_unique<access::Credentials>(directory_, access::MasterKey{},
                                                         access::AccessKey{"AKIATEST", "secret"});
    const auto& operations = models::s3::kService.operations;
    ServiceBinding binding{&models::s3::kService, {}, {}, {}};
    binding.functions.resize(operations.size());
    binding.streaming.resize(operations.size());
    const auto put = std::ranges::find(operations, "PutObject", &Operation::name);
    binding.streaming[static_cast<std::size_t>(put - operations.begin())] =
        [this](const Call&, const Document& input, BodyStream& body) { return take(input, body); };
    FrontDoorParts parts{.runtime = runtime_,
                         .clock = clock_,
                         .credentials = *credentials_,
                         .authorize = &access::allow_every_caller,
                         .audit = audit_,
                         .metrics = metrics_,
                         .report_failure = [this](const std::string& line) { reported_ += line; }};
    FrontDoorOptions options{.account = "123456789012"};
    options.data_events = true;
    door_ = std::make_unique<FrontDoor>(parts, options, std::vector{binding});
  }

  aio::Task<Outcome<Answered>> take(Document input, BodyStream& body) {
    Put put{std::move(input), "", body.length_max()};
    base::Bytes piece(5);
    for (;;) {
      aio::Task<Outcome<std::size_t>> reading = body.read(piece);
      KENNEL_CO_TRY(const std::size_t got, co_await std::move(reading));
      if (got == 0) break;
      put.file += base::as_text(base::ByteView(piece).first(got));
    }
    puts_.push_back(std::move(put));
    co_return Answered(Document{{"ETag", "\"123\""}});
  }

  static aio::Task<> answer(FrontDoor& door, const http::RequestHead& head, Dripping& body,
                            std::promise<http::Response>& answered) {
    aio::Task<http::Response> handling = door.handle(head, body);
    answered.set_value(co_await std::move(handling));
  }

  http::Response ask(const http::RequestHead& head, const std::string& text) {
    Dripping body(text);
    std::promise<http::Response> answered;
    runtime_.spawn([&] { return answer(*door_, head, body, answered); });
    return answered.get_future().get();
  }

  static http::RequestHead head() {
    http::RequestHead head{.method = "POST", .target = "/dogs", .peer_address = "127.0.0.1"};
    head.fields = {{"Host", "localhost:4566"},
                   {"Content-Type", "multipart/form-data; boundary=edge"}};
    return head;
  }

  static std::string body_of(const base::Fields& fields, std::string_view file) {
    std::string text;
    for (const auto& [name, value] : fields) {
      text += fmt::format("--edge\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                          name, value);
    }
    return text + fmt::format(
                      "--edge\r\nContent-Disposition: form-data; name=\"file\"; "
                      "filename=\"a/dog.jpg\"\r\n\r\n{}\r\n--edge--\r\n",
                      file);
  }

  // Signed by version 2; the policy allows these fields and `more`.
  static base::Fields sign(base::Fields fields, const Document& more = Document::array()) {
    Document conditions = more;
    conditions.push_back({{"bucket", "dogs"}});
    for (const base::Field& field : fields) {
      conditions.push_back({"starts-with", "$" + field.name, ""});
    }
    const Document policy{{"expiration", "2027-01-15T09:00:00Z"}, {"conditions", conditions}};
    const std::string text = base::to_base64(base::as_bytes(policy.dump()));
    fields.push_back({"AWSAccessKeyId", "AKIATEST"});
    fields.push_back({"policy", text});
    fields.push_back(
        {"signature", base::to_base64(sign::hmac_sha1(base::as_bytes("secret"), text))});
    return fields;
  }

  http::Response post(const base::Fields& fields, std::string_view file = "wau wau wau") {
    return ask(head(), body_of(fields, file));
  }

  base::ManualClock clock_;
  store::MemoryRecords records_;
  access::Directory directory_{records_, "123456789012"};
  std::unique_ptr<access::Credentials> credentials_;
  observe::AuditTrail audit_{records_, clock_};
  observe::Metrics metrics_;
  std::string reported_;
  std::vector<Put> puts_;
  std::unique_ptr<FrontDoor> door_;
  aio::Runtime runtime_;
};

TEST_F(FormUploadTest, PutsAnObject) {
  const auto response = post(sign({{"key", "photos/dog 1"}}));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(base::find_field(response.fields, "ETag"), "\"123\"");
  EXPECT_EQ(base::find_field(response.fields, "Location"),
            "http://localhost:4566/dogs/photos%2Fdog%201");
  ASSERT_EQ(puts_.size(), 1);
  EXPECT_EQ(puts_[0].input, (Document{{"Bucket", "dogs"}, {"Key", "photos/dog 1"}}));
  EXPECT_EQ(puts_[0].file, "wau wau wau");
  EXPECT_TRUE(puts_[0].length);
  const auto event = audit_.recent(1).events.at(0);
  EXPECT_EQ(event["eventName"], "PutObject");
  EXPECT_EQ(event["requestParameters"]["key"], "photos/dog 1");
}

TEST_F(FormUploadTest, MakesTheInputOfTheFields) {
  const std::string tagging =
      "<Tagging><TagSet><Tag><Key>a</Key><Value>b&amp;c</Value></Tag></TagSet></Tagging>";
  const base::Fields fields{{"key", "${filename}"},
                            {"acl", "private"},
                            {"Content-Type", "image/jpeg"},
                            {"X-Amz-Meta-Breed", "dachs & hund"},
                            {"x-amz-storage-class", "STANDARD"},
                            {"x-amz-checksum-crc32", "AAAAAA=="},
                            {"tagging", tagging},
                            {"If-None-Match", "*"},
                            {"x-amz-copy-source", "cats/tom"}};
  EXPECT_EQ(post(sign(fields)).status, 204);
  ASSERT_EQ(puts_.size(), 1);
  EXPECT_EQ(puts_[0].input, (Document{{"Bucket", "dogs"},
                                      {"Key", "dog.jpg"},
                                      {"ACL", "private"},
                                      {"ContentType", "image/jpeg"},
                                      {"Metadata", {{"breed", "dachs & hund"}}},
                                      {"StorageClass", "STANDARD"},
                                      {"ChecksumCRC32", "AAAAAA=="},
                                      {"Tagging", "a=b%26c"}}));
}

TEST_F(FormUploadTest, FindsTheBucketInTheHost) {
  http::RequestHead virtual_host = head();
  virtual_host.target = "/";
  virtual_host.fields[0].value = "dogs.localhost:4566";
  const auto response = ask(virtual_host, body_of(sign({{"key", "dog"}}), "wau"));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(base::find_field(response.fields, "Location"), "http://dogs.localhost:4566/dog");
  EXPECT_EQ(puts_.at(0).input["Bucket"], "dogs");
}

TEST_F(FormUploadTest, AnswersAsTheFormSays) {
  EXPECT_EQ(post(sign({{"key", "dog"}, {"success_action_status", "200"}})).status, 200);
  EXPECT_EQ(post(sign({{"key", "dog"}, {"success_action_status", "404"}})).status, 204);
  const auto created = post(sign({{"key", "a<b"}, {"success_action_status", "201"}}));
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(base::find_field(created.fields, "Content-Type"), "application/xml");
  EXPECT_THAT(created.body,
              HasSubstr("<PostResponse><Location>http://localhost:4566/dogs/a%3Cb</Location>"
                        "<Bucket>dogs</Bucket><Key>a&lt;b</Key>"));
}

TEST_F(FormUploadTest, SendsTheBrowserOn) {
  const auto go_to = [this](const std::string& url) {
    return post(sign({{"key", "a/b"}, {"success_action_redirect", url}}));
  };
  const auto response = go_to("http://dogs.example/done");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(base::find_field(response.fields, "Location"),
            "http://dogs.example/done?bucket=dogs&key=a%2Fb&etag=%22123%22");
  EXPECT_THAT(
      std::string(
          base::find_field(go_to("https://d.example/?a=1").fields, "Location").value_or("")),
      StartsWith("https://d.example/?a=1&bucket="));
  for (const char* url : {"javascript:alert(1)", "http://a\r\nSet-Cookie: b", "http://a b", ""}) {
    EXPECT_EQ(go_to(url).status, 204) << url;
  }
}

TEST_F(FormUploadTest, HoldsTheFileAgainstItsSize) {
  const Document range = Document::array({{"content-length-range", 3, 11}});
  EXPECT_EQ(post(sign({{"key", "dog"}}, range), "wau wau wau").status, 204);
  EXPECT_EQ(post(sign({{"key", "dog"}}, range), "wau").status, 204);
  const auto large = post(sign({{"key", "dog"}}, range), "wau wau wau wau wau wau");
  EXPECT_THAT(large.body, HasSubstr("<Code>EntityTooLarge</Code>"));
  EXPECT_THAT(large.body, HasSubstr("<ProposedSize>23</ProposedSize>"));
  EXPECT_THAT(large.body, HasSubstr("<MaxSizeAllowed>11</MaxSizeAllowed>"));
  const auto small = post(sign({{"key", "dog"}}, range), "wa");
  EXPECT_THAT(small.body, HasSubstr("<Code>EntityTooSmall</Code>"));
  EXPECT_THAT(small.body, HasSubstr("<ProposedSize>2</ProposedSize>"));
  EXPECT_EQ(puts_.size(), 2);
}

TEST_F(FormUploadTest, TakesNothingOfNobody) {
  const auto anonymous = post({{"key", "dog"}});
  EXPECT_EQ(anonymous.status, 403);
  EXPECT_THAT(anonymous.body, HasSubstr("<Code>AccessDenied</Code>"));
  base::Fields fields = sign({{"key", "dog"}});
  fields.back().value = "AAAA";
  EXPECT_THAT(post(fields).body, HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
  fields = sign({{"key", "dog"}});
  fields[1].value = "AKIAEVIL";
  EXPECT_THAT(post(fields).body, HasSubstr("<Code>InvalidAccessKeyId</Code>"));
  EXPECT_TRUE(puts_.empty());
  EXPECT_TRUE(audit_.recent(1).events.empty());
}

TEST_F(FormUploadTest, TakesNothingThatThePolicyDoesNotAllow) {
  base::Fields fields = sign({{"key", "dog"}});
  fields.push_back({"acl", "private"});
  EXPECT_THAT(post(fields).body, HasSubstr("Extra input fields: acl"));
  EXPECT_EQ(audit_.recent(1).events.at(0)["errorCode"], "AccessDenied");
  fields = sign({{"key", ""}});
  EXPECT_THAT(post(fields).body, HasSubstr("<Code>InvalidArgument</Code>"));
  EXPECT_THAT(post(sign({})).body, HasSubstr("<Code>InvalidArgument</Code>"));
  EXPECT_TRUE(puts_.empty());
}

TEST_F(FormUploadTest, RefusesAFormThatIsNone) {
  http::RequestHead no_boundary = head();
  no_boundary.fields[1].value = "multipart/form-data";
  EXPECT_THAT(ask(no_boundary, "").body, HasSubstr("<Code>MalformedPOSTRequest</Code>"));
  EXPECT_THAT(ask(head(), "wau").body, HasSubstr("<Code>MalformedPOSTRequest</Code>"));
  const std::string text = body_of(sign({{"key", "dog"}}), "wau");
  EXPECT_THAT(ask(head(), text.substr(0, text.size() - 12)).body,
              HasSubstr("<Code>MalformedPOSTRequest</Code>"));
  EXPECT_TRUE(puts_.empty());
}

TEST_F(FormUploadTest, IsForABucketOnly) {
  for (const char* target : {"/", "/dogs/dog", "/dogs?acl"}) {
    http::RequestHead elsewhere = head();
    elsewhere.target = target;
    EXPECT_EQ(ask(elsewhere, body_of(sign({{"key", "dog"}}), "wau")).status, 403) << target;
  }
  EXPECT_TRUE(puts_.empty());
}

}  // namespace
}  // namespace kennel::wire

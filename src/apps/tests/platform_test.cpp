// The whole server within the test's process, under the sanitizers.
#include "apps/platform.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "access/credentials.h"
#include "base/tests/scratch_folder.h"
#include "http/client.h"
#include "sign/sigv4.h"

namespace kennel::apps {
namespace {

using testing::HasSubstr;

class PlatformTest : public testing::Test {
 protected:
  PlatformTest() { start(); }

  void start() {
    PlatformOptions options;
    options.folder = ServerFolder{scratch_.path()};
    options.listen = {"127.0.0.1", 0};
    options.region = "us-east-1";
    options.account = "123456789012";
    options.quiet = true;
    auto started = Platform::start(disk_, options);
    ASSERT_TRUE(started) << started.error().message;
    platform_ = *std::move(started);
    key_ = *access::read_administrator_key(options.folder.administrator());
  }

  [[nodiscard]] http::ClientRequest signed_form(const std::string& service,
                                                const std::string& body) const {
    const std::string authority = client_authority(platform_->address());
    http::ClientRequest request{.method = "POST", .url = "http://" + authority + "/"};
    request.fields = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = body;
    base::Fields all = request.fields;
    all.push_back({"Host", authority});
    const auto added =
        sign::sign_request({"POST", "/", all}, {key_.id, key_.secret, ""}, "us-east-1", service,
                           std::chrono::system_clock::now(), base::as_bytes(body),
                           sign::PathRule::kNormalizedTwiceEncoded);
    request.fields.insert(request.fields.end(), added.begin(), added.end());
    return request;
  }

  [[nodiscard]] http::ClientResponse ask(const http::ClientRequest& request) const {
    const auto answer = http::fetch(request);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(http::ClientResponse{});
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  std::unique_ptr<Platform> platform_;
  access::AccessKey key_;
};

const std::string kWhoAmI = "Action=GetCallerIdentity&Version=2011-06-15";

TEST_F(PlatformTest, AnswersASignedRequest) {
  const auto answer = ask(signed_form("sts", kWhoAmI));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body,
              HasSubstr("<Arn>arn:aws:sts::123456789012:assumed-role/kennel-administrator/"));
  EXPECT_TRUE(base::find_field(answer.fields, "x-amzn-requestid"));
}

TEST_F(PlatformTest, RefusesWhatIsNotSigned) {
  http::ClientRequest request = signed_form("sts", kWhoAmI);
  std::erase_if(request.fields, [](const base::Field& f) { return f.name == "Authorization"; });
  const auto answer = ask(request);
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("<Code>MissingAuthenticationToken</Code>"));
}

TEST_F(PlatformTest, RefusesABodyThatWasNotSigned) {
  http::ClientRequest request = signed_form("sts", kWhoAmI);
  request.body += "&x=1";
  EXPECT_THAT(ask(request).body, HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
}

TEST_F(PlatformTest, RefusesASignatureForAnotherService) {
  EXPECT_THAT(ask(signed_form("iam", kWhoAmI)).body, HasSubstr("<Code>"));
  EXPECT_EQ(ask(signed_form("iam", kWhoAmI)).status, 403);
}

TEST_F(PlatformTest, NamesAServiceThatItDoesNotHave) {
  const auto answer = ask(signed_form("ec2", "Action=DescribeInstances&Version=2016-11-15"));
  EXPECT_EQ(answer.status, 501);
  EXPECT_THAT(answer.body, HasSubstr("does not have the service ec2"));
}

TEST_F(PlatformTest, NamesAnOperationThatItDoesNotHave) {
  const auto answer = ask(signed_form("iam", "Action=CreateUser&UserName=x&Version=2010-05-08"));
  EXPECT_EQ(answer.status, 501);
  EXPECT_THAT(answer.body, HasSubstr("does not implement CreateUser of iam"));
}

TEST_F(PlatformTest, ShowsItsHealthAndItsNumbersToAnybodyHere) {
  const std::string url = "http://" + client_authority(platform_->address());
  (void)ask(signed_form("sts", kWhoAmI));
  EXPECT_THAT(ask({.url = url + "/-/health"}).body, HasSubstr(R"("status":"ok")"));
  EXPECT_THAT(ask({.url = url + "/-/metrics"}).body, HasSubstr("operation=\"GetCallerIdentity\""));
  EXPECT_EQ(ask({.url = url + "/-/other"}).status, 404);
}

TEST_F(PlatformTest, TakesTlsOnTheSamePort) {
  const auto answer = ask({.url = "https://" + client_authority(platform_->address()) + "/-/health",
                           .ca_file = ServerFolder{scratch_.path()}.certificate_authority()});
  EXPECT_EQ(answer.status, 200);
}

TEST_F(PlatformTest, KeepsEverythingOverAStart) {
  const access::AccessKey before = key_;
  platform_.reset();
  start();
  EXPECT_EQ(before.secret, key_.secret);
  EXPECT_EQ(ask(signed_form("sts", kWhoAmI)).status, 200);
}

TEST_F(PlatformTest, AnswersManyClientsAtOnce) {
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client) {
    clients.emplace_back([&] {
      for (int request = 0; request < 20; ++request) {
        if (ask(signed_form("sts", kWhoAmI)).status == 200) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 160);
}

TEST_F(PlatformTest, EndsWithRequestsInFlight) {
  std::atomic<bool> ended{false};
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([&] {
      while (!ended && http::fetch(signed_form("sts", kWhoAmI))) {
      }
    });
  }
  for (int request = 0; request < 20; ++request) (void)ask(signed_form("sts", kWhoAmI));
  platform_->drain(10);
  ended = true;
  for (std::thread& client : clients) client.join();
  EXPECT_FALSE(http::fetch(signed_form("sts", kWhoAmI)));
}

}  // namespace
}  // namespace kennel::apps

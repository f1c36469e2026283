#include "http/kept_connection.h"

#include <gtest/gtest.h>

#include <optional>

#include "aio/loop.h"
#include "base/tests/scratch_folder.h"
#include "http/certificate.h"
#include "http/tests/scripted_server.h"
#include "http/tests/test_service.h"

namespace kennel::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// What a connection went through.
struct Seen {
  std::vector<ClientResult<ClientResponse>> answers;
  std::vector<bool> usable;  // after each of them
  std::optional<ClientError> refusal;
};

KeptConnection::Moment in(std::chrono::milliseconds patience) {
  return std::chrono::steady_clock::now() + patience;
}

aio::Task<> ask(Seen& seen, std::shared_ptr<const Origin> origin,
                std::vector<OutgoingRequest> requests, std::chrono::milliseconds patience) {
  auto connecting = KeptConnection::connect(std::move(origin), in(30s));
  auto connection = co_await std::move(connecting);
  if (!connection) {
    seen.refusal = connection.error();
    co_return;
  }
  for (const OutgoingRequest& request : requests) {
    auto asking = (*connection)->exchange(request, in(patience));
    seen.answers.push_back(co_await std::move(asking));
    seen.usable.push_back((*connection)->is_usable());
    if (!seen.usable.back()) co_return;
  }
}

Seen ask_all(const std::shared_ptr<const Origin>& origin, std::vector<OutgoingRequest> requests,
             std::chrono::milliseconds patience = 30s) {
  Seen seen;
  aio::Loop loop;
  loop.spawn([&] { return ask(seen, origin, std::move(requests), patience); });
  loop.run();
  return seen;
}

std::shared_ptr<const Origin> origin_of(const TestService& service) {
  return *Origin::resolve(*parse_url(service.url("/")), {});
}

// The one answer of a server that answers with these bytes.
ClientResult<ClientResponse> ask_for(ScriptedAnswer answer, OutgoingRequest request = {}) {
  const ScriptedServer server({std::move(answer)});
  return ask_all(server.origin(), {std::move(request)}).answers.at(0);
}

ClientErrorKind kind_of(const ClientResult<ClientResponse>& answer) {
  EXPECT_FALSE(answer);
  return answer ? ClientErrorKind::kRefused : answer.error().kind;
}

TEST(KeptConnection, ServesOneExchangeAfterTheOther) {
  TestService service;
  const auto seen = ask_all(origin_of(service), {{.target = "/who"},
                                                 {.method = "POST", .target = "/echo", .body = "a"},
                                                 {.target = "/chunks"},
                                                 {.target = "/large"},
                                                 {.target = "/nothing"},
                                                 {.method = "HEAD", .target = "/only-length"},
                                                 {.target = "/refuse"}});
  ASSERT_EQ(seen.answers.size(), 7U);
  EXPECT_EQ(seen.usable, std::vector<bool>(7, true));
  EXPECT_EQ(seen.answers[0]->body, "127.0.0.1 plain");
  EXPECT_EQ(seen.answers[1]->body, "a");
  EXPECT_EQ(seen.answers[2]->body.size(), 100'000U);
  EXPECT_EQ(seen.answers[3]->body.size(), 300'000U);
  EXPECT_EQ(seen.answers[4]->status, 204);
  EXPECT_EQ(seen.answers[5]->body, "");
  EXPECT_EQ(seen.answers[6]->status, 403);
}

TEST(KeptConnection, SendsABodyThatIsLargerThanASocketTakes) {
  TestService service;
  const std::string body(20 * base::kMiB, 'x');
  const auto seen =
      ask_all(origin_of(service), {{.method = "POST", .target = "/count", .body = body}});
  EXPECT_EQ(seen.answers.at(0)->body, std::to_string(body.size()));
}

aio::Task<> ask_and_keep(std::unique_ptr<KeptConnection>& connection,
                         std::shared_ptr<const Origin> origin, aio::Loop& loop) {
  auto connecting = KeptConnection::connect(std::move(origin), in(30s));
  connection = *co_await std::move(connecting);
  auto asking = connection->exchange({}, in(30s));
  const auto answer = co_await std::move(asking);
  EXPECT_TRUE(answer);
  loop.stop();
}

TEST(KeptConnection, SeesThatTheServerClosedBetweenExchanges) {
  ScriptedServer server({{kHello, After::kClose}});
  aio::Loop loop;
  std::unique_ptr<KeptConnection> connection;
  loop.spawn([&] { return ask_and_keep(connection, server.origin(), loop); });
  loop.run();
  server.wait_for_end();
  EXPECT_FALSE(connection->is_usable());
}

TEST(KeptConnection, EndsWhereTheServerSaysSo) {
  const ScriptedServer server(
      {{"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", After::kHold}});
  const auto seen = ask_all(server.origin(), {{}, {}});
  ASSERT_EQ(seen.answers.size(), 1U);
  EXPECT_TRUE(seen.answers[0]);
}

TEST(KeptConnection, KeepsHttp10WhereTheServerSaysSo) {
  const ScriptedServer server(
      {{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"},
       {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", After::kHold}});
  const auto seen = ask_all(server.origin(), {{}, {}, {}});
  ASSERT_EQ(seen.answers.size(), 2U);
  EXPECT_EQ(seen.usable, (std::vector<bool>{true, false}));
  EXPECT_EQ(seen.answers[1]->body, "ok");
}

TEST(KeptConnection, ReadsABodyThatEndsWithTheConnection) {
  const auto answer = ask_for({"HTTP/1.0 200 OK\r\n\r\nall of it", After::kClose});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "all of it");
}

TEST(KeptConnection, PassesOverInterimAnswers) {
  const auto answer = ask_for({std::string("HTTP/1.1 100 Continue\r\n\r\n"
                                           "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") +
                               kHello});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
}

TEST(KeptConnection, IsNotUsedOnAfterMoreThanAnAnswer) {
  const ScriptedServer server({{std::string(kHello) + "and more"}});
  const auto seen = ask_all(server.origin(), {{}, {}});
  ASSERT_EQ(seen.answers.size(), 1U);
  EXPECT_EQ(seen.answers[0]->body, "hello");
}

TEST(KeptConnection, IsNotUsedOnWhereAnAnswerHasTwoFramings) {
  const ScriptedServer server(
      {{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"}});
  const auto seen = ask_all(server.origin(), {{}, {}});
  ASSERT_EQ(seen.answers.size(), 1U);
  EXPECT_EQ(seen.answers[0]->body, "a");
}

TEST(KeptConnection, TakesNoHalfAnswerForAWholeOne) {
  for (const char* half :
       {"HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    const auto answer = ask_for({half, After::kClose});
    EXPECT_EQ(kind_of(answer), ClientErrorKind::kClosed) << half;
    EXPECT_TRUE(answer.error().answer_begun);
  }
}

TEST(KeptConnection, TellsAResetFromAnEnd) {
  const auto answer = ask_for({"HTTP/1.0 200 OK\r\n\r\nhalf", After::kReset});
  EXPECT_EQ(kind_of(answer), ClientErrorKind::kReset);
}

TEST(KeptConnection, SaysThatNothingCame) {
  const auto answer = ask_for({"", After::kClose});
  EXPECT_EQ(kind_of(answer), ClientErrorKind::kClosed);
  EXPECT_FALSE(answer.error().answer_begun);
}

TEST(KeptConnection, CutsWhatTakesTooLong) {
  for (const char* begun : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"}) {
    const ScriptedServer server({{begun, After::kHold}});
    const auto seen = ask_all(server.origin(), {{}}, 30ms);
    EXPECT_EQ(kind_of(seen.answers.at(0)), ClientErrorKind::kTimeout);
    EXPECT_FALSE(seen.usable.at(0));
  }
}

TEST(KeptConnection, KeepsToItsLimit) {
  TestService service;
  for (const char* target : {"/large", "/chunks"}) {
    const auto seen =
        ask_all(origin_of(service), {{.target = target, .body_bytes_max = 99'999}, {}});
    ASSERT_EQ(seen.answers.size(), 1U);
    EXPECT_EQ(kind_of(seen.answers[0]), ClientErrorKind::kTooLarge);
  }
  const auto until_close =
      ask_for({"HTTP/1.0 200 OK\r\n\r\nhello", After::kClose}, {.body_bytes_max = 4});
  EXPECT_EQ(kind_of(until_close), ClientErrorKind::kTooLarge);
  const auto endless = ask_for({"HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a')});
  EXPECT_EQ(kind_of(endless), ClientErrorKind::kTooLarge);
}

TEST(KeptConnection, RefusesWhatIsNoHttp) {
  EXPECT_EQ(kind_of(ask_for({"SSH-2.0-OpenSSH\r\n\r\n"})), ClientErrorKind::kMalformed);
  EXPECT_EQ(kind_of(ask_for({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"})),
            ClientErrorKind::kMalformed);
}

TEST(KeptConnection, TakesTheAnswerOfAServerThatDidNotWantAllOfTheRequest) {
  const std::string body(20 * base::kMiB, 'x');
  const auto answer =
      ask_for({"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno", After::kClose},
              {.method = "POST", .body = body});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

class KeptTlsConnection : public testing::Test {
 protected:
  KeptTlsConnection()
      : service_({.tls = *make_certificate(disk_, folder_.path(), {},
                                           std::chrono::system_clock::now())}) {}
  [[nodiscard]] std::shared_ptr<const Origin> origin(const base::Path& ca_file) const {
    return *Origin::resolve(*parse_url(service_.url("/", true)), ca_file);
  }

  base::PosixDisk disk_;
  base::ScratchFolder folder_;
  TestService service_;
};

TEST_F(KeptTlsConnection, ServesOneExchangeAfterTheOther) {
  const auto seen =
      ask_all(origin(folder_.path() / "ca.pem"), {{.target = "/who"}, {.target = "/large"}});
  ASSERT_EQ(seen.answers.size(), 2U);
  EXPECT_EQ(seen.usable, (std::vector<bool>{true, true}));
  EXPECT_EQ(seen.answers[0]->body, "127.0.0.1 tls");
  EXPECT_EQ(seen.answers[1]->body.size(), 300'000U);
}

TEST_F(KeptTlsConnection, TrustsNobodyUntold) {
  const auto seen = ask_all(origin({}), {{}});
  ASSERT_TRUE(seen.refusal);
  EXPECT_EQ(seen.refusal->kind, ClientErrorKind::kUntrusted);
}

TEST(KeptConnection, SaysThatNobodyListens) {
  std::shared_ptr<const Origin> origin;
  {
    const ScriptedServer server({{kHello}});
    origin = server.origin();
  }
  const auto seen = ask_all(origin, {{}});
  ASSERT_TRUE(seen.refusal);
  EXPECT_EQ(seen.refusal->kind, ClientErrorKind::kRefused);
  EXPECT_NE(seen.refusal->message.find("cannot connect to 127.0.0.1:"), std::string::npos);
}

}  // namespace
}  // namespace kennel::http

#include "fetch/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "fetch/tests/plain_server.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::milliseconds kShort{300};

FetchRules rules_for(const PlainServer& server) {
  return {.allowed = {parse_allowed_target(server.authority()).value()}};
}

// The body, or "error: " and the message.
std::string outcome(const FetchRules& rules, const std::string& url) {
  const auto body = Fetcher(rules).fetch(url);
  if (body) return std::string(base::as_text(*body));
  return "error: " + body.error().message;
}

ErrorKind kind_of(const FetchRules& rules, const std::string& url) {
  const auto body = Fetcher(rules).fetch(url);
  EXPECT_FALSE(body) << base::as_text(*body);
  return body ? ErrorKind::kCorrupt : body.error().kind;
}

TEST(Fetch, GivesTheBody) {
  const std::string photo = std::string("\xff\xd8\0\r\n\r\n", 7) + std::string(300'000, 'x');
  const PlainServer server(answers({{"/photo.jpg?a=b", says(ok(photo))}}));
  EXPECT_EQ(outcome(rules_for(server), server.url("/photo.jpg?a=b#part")), photo);
}

TEST(Fetch, GivesABodyInChunksAndOneThatEndsWithItsConnection) {
  const PlainServer server(
      answers({{"/chunks", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")},
               {"/close", says("HTTP/1.0 200 OK\r\n\r\nabcde")},
               {"/continue", says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("abcde"))},
               {"/empty", says(ok(""))}}));
  EXPECT_EQ(outcome(rules_for(server), server.url("/chunks")), "abcde");
  EXPECT_EQ(outcome(rules_for(server), server.url("/close")), "abcde");
  EXPECT_EQ(outcome(rules_for(server), server.url("/continue")), "abcde");
  EXPECT_EQ(outcome(rules_for(server), server.url("/empty")), "");
}

TEST(Fetch, ReachesIPv6) {
  const PlainServer server(answers({{"/", says(ok("six"))}}), "::1");
  EXPECT_EQ(outcome(rules_for(server), server.url("/")), "six");
}

TEST(Fetch, TellsNothingOfThisMachine) {
  // What other programs take from the environment.
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  Log log;
  const PlainServer server(
      answers({{"/", says(redirect("/next?secret"))}, {"/next?secret", log.keeping(ok(""))}}));
  EXPECT_EQ(outcome(rules_for(server), server.url("/")), "");
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  EXPECT_EQ(log.text(), "GET /next?secret HTTP/1.1\r\nHost: " + server.authority() +
                            "\r\nUser-Agent: kennel/" KENNEL_VERSION
                            "\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST(Fetch, DoesNotUnpackWhatNobodyAskedToPack) {
  const std::string packed = "\x1f\x8b\x08 a bomb";
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n";
  const PlainServer server(answers({{"/", says(head + packed)}}));
  EXPECT_EQ(outcome(rules_for(server), server.url("/")), packed);
}

TEST(Fetch, KeepsNoCookieFromOneFetchOrHopToTheNext) {
  Log log;
  const PlainServer server(
      answers({{"/", log.keeping("HTTP/1.1 302 There\r\nSet-Cookie: a=b; Path=/\r\nLocation: "
                                 "/next\r\nContent-Length: 0\r\n\r\n")},
               {"/next", log.keeping(ok(""))}}));
  const Fetcher fetcher(rules_for(server));
  EXPECT_TRUE(fetcher.fetch(server.url("/")));
  EXPECT_TRUE(fetcher.fetch(server.url("/")));
  EXPECT_THAT(log.text(), AllOf(HasSubstr("GET /next"), Not(HasSubstr("Cookie"))));
  EXPECT_EQ(server.connections(), 4) << "a connection each";
}

TEST(Fetch, RunsOnSeveralThreadsAtOnce) {
  const PlainServer server(answers({{"/", says(redirect("/a"))}, {"/a", says(ok("abc"))}}));
  const Fetcher fetcher(rules_for(server));
  std::array<std::string, 8> bodies;
  std::vector<std::thread> threads;
  for (std::string& body : bodies) {
    threads.emplace_back([&fetcher, &server, &body] {
      body = base::as_text(fetcher.fetch(server.url("/")).value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(bodies, testing::Each("abc"));
}

TEST(FetchRedirects, AreFollowedToTheirLimit) {
  const PlainServer server(answers({{"/4", says(redirect("/3", 301))},
                                    {"/3", says(redirect("2", 303))},
                                    {"/2", says(redirect("?x", 307))},
                                    {"/2?x", says(ok("there"))},
                                    {"/1", says(redirect("/0", 308))},
                                    {"/0", says(ok("there"))}}));
  FetchRules rules = rules_for(server);
  EXPECT_EQ(outcome(rules, server.url("/4")), "there");
  rules.redirects_max = 1;
  EXPECT_EQ(outcome(rules, server.url("/1")), "there");
  rules.redirects_max = 0;
  EXPECT_THAT(outcome(rules, server.url("/1")), HasSubstr("redirected more than 0 times"));
  EXPECT_EQ(kind_of(rules, server.url("/1")), ErrorKind::kInvalid);
  EXPECT_EQ(outcome(rules, server.url("/0")), "there");
}

TEST(FetchRedirects, InACircleEnd) {
  const PlainServer server(answers({{"/", says(redirect("/"))}}));
  EXPECT_THAT(outcome(rules_for(server), server.url("/")),
              HasSubstr("redirected more than 3 times, at last by " + server.url("")));
  EXPECT_EQ(server.connections(), 4);
}

TEST(FetchRedirects, WithNoPlaceToGoAreJustAStatus) {
  const PlainServer server(answers({{"/", says("HTTP/1.1 302 Found\r\n\r\n")},
                                    {"/300", says(redirect("/", 300))},
                                    {"/304", says(redirect("/", 304))}}));
  EXPECT_THAT(outcome(rules_for(server), server.url("/")), HasSubstr("status 302"));
  EXPECT_THAT(outcome(rules_for(server), server.url("/300")), HasSubstr("status 300"));
  EXPECT_THAT(outcome(rules_for(server), server.url("/304")), HasSubstr("status 304"));
}

TEST(FetchStatus, OtherThan200IsAnErrorWithoutItsBody) {
  const std::string rest = " Secret\r\nContent-Length: 6\r\n\r\nsecret";
  const PlainServer server(answers({{"/204", says("HTTP/1.1 204 Nothing\r\n\r\n")},
                                    {"/403", says("HTTP/1.1 403" + rest)},
                                    {"/410", says("HTTP/1.1 410" + rest)},
                                    {"/500", says("HTTP/1.1 500" + rest)},
                                    {"/503", says("HTTP/1.1 503" + rest)}}));
  const FetchRules rules = rules_for(server);
  EXPECT_THAT(
      outcome(rules, server.url("/missing?key=secret")),
      AllOf(HasSubstr(server.url("") + " answered with status 404"), Not(HasSubstr("secret"))));
  EXPECT_THAT(outcome(rules, server.url("/403")), Not(HasSubstr("ecret")));
  EXPECT_EQ(kind_of(rules, server.url("/missing")), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(rules, server.url("/410")), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(rules, server.url("/403")), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(rules, server.url("/500")), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(rules, server.url("/503")), ErrorKind::kThrottled);
  EXPECT_EQ(kind_of(rules, server.url("/204")), ErrorKind::kInvalid);
}

TEST(FetchStatus, CountsHoweverLargeItsBodyIs) {
  const PlainServer server(
      answers({{"/", says_and_holds("HTTP/1.1 404 No\r\nContent-Length: 99999999999\r\n\r\n")}}));
  EXPECT_EQ(kind_of(rules_for(server), server.url("/")), ErrorKind::kNotFound);
}

class FetchLimit : public testing::Test {
 protected:
  static std::string endless() { return std::string(100'000, 'x'); }
};

TEST_F(FetchLimit, OfTheBodyHolds) {
  const PlainServer server(answers({{"/5", says(ok("12345"))}, {"/6", says(ok("123456"))}}));
  FetchRules rules = rules_for(server);
  rules.bytes_max = 5;
  EXPECT_EQ(outcome(rules, server.url("/5")), "12345");
  EXPECT_EQ(kind_of(rules, server.url("/6")), ErrorKind::kTooLarge);
  EXPECT_THAT(outcome(rules, server.url("/6")), HasSubstr("longer than 5 B"));
}

TEST_F(FetchLimit, IsJudgedByTheLengthBeforeTheBodyComes) {
  const PlainServer server(
      answers({{"/", says_and_holds("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")}}));
  EXPECT_EQ(kind_of(rules_for(server), server.url("/")), ErrorKind::kTooLarge);
}

TEST_F(FetchLimit, HoldsWhereNoLengthIsSaid) {
  const PlainServer server(answers(
      {{"/close", says_and_holds("HTTP/1.1 200 OK\r\n\r\n" + endless())},
       {"/chunks", says_and_holds("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" +
                                  endless())},
       {"/lie", says_and_holds("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: "
                               "chunked\r\n\r\n186a0\r\n" +
                               endless())}}));
  FetchRules rules = rules_for(server);
  rules.bytes_max = 50'000;
  EXPECT_EQ(kind_of(rules, server.url("/close")), ErrorKind::kTooLarge);
  EXPECT_EQ(kind_of(rules, server.url("/chunks")), ErrorKind::kTooLarge);
  EXPECT_EQ(kind_of(rules, server.url("/lie")), ErrorKind::kTooLarge);
}

TEST_F(FetchLimit, OfTheHeadHolds) {
  std::string fields;
  for (int field = 0; field < 100; ++field) fields += "A: " + std::string(1000, 'x') + "\r\n";
  const PlainServer server(
      answers({{"/fields", says_and_holds("HTTP/1.1 200 OK\r\n" + fields)},
               {"/line", says_and_holds("HTTP/1.1 200 OK\r\nA: " + endless() + endless())}}));
  EXPECT_EQ(kind_of(rules_for(server), server.url("/fields")), ErrorKind::kTooLarge);
  EXPECT_EQ(kind_of(rules_for(server), server.url("/line")), ErrorKind::kTooLarge);
}

TEST(FetchTimeout, EndsASilentServer) {
  const PlainServer server(answers(
      {{"/", says_and_holds("")}, {"/body", says_and_holds("HTTP/1.1 200 OK\r\n\r\nabc")}}));
  FetchRules rules = rules_for(server);
  rules.timeout = kShort;
  EXPECT_EQ(kind_of(rules, server.url("/")), ErrorKind::kInterrupted);
  EXPECT_THAT(outcome(rules, server.url("/body")), HasSubstr(server.url("") + " was too slow"));
}

TEST(FetchTimeout, EndsASlowDrip) {
  const PlainServer server([](const Connection& connection) {
    if (!connection.send("HTTP/1.1 200 OK\r\n\r\n")) return;
    while (connection.send("x")) std::this_thread::yield();
  });
  FetchRules rules = rules_for(server);
  rules.timeout = kShort;
  rules.bytes_max = base::kGiB;
  EXPECT_EQ(kind_of(rules, server.url("/")), ErrorKind::kInterrupted);
}

TEST(FetchTimeout, IsForAllRedirectsTogether) {
  const PlainServer server(answers({{"/", says_and_holds(redirect("/"))}}));
  FetchRules rules = rules_for(server);
  rules.timeout = kShort;
  rules.redirects_max = 1'000'000;
  EXPECT_EQ(kind_of(rules, server.url("/")), ErrorKind::kInterrupted);
}

TEST(FetchStop, EndsAFetch) {
  std::atomic<bool> stop = false;
  const PlainServer server([&stop](const Connection& connection) {
    static_cast<void>(connection.read_head());
    stop = true;
    connection.wait_for_close();
  });
  FetchRules rules = rules_for(server);
  rules.timeout = std::chrono::minutes(10);
  const auto body = Fetcher(rules).fetch(server.url("/"), &stop);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::kInterrupted);
  EXPECT_THAT(body.error().message, HasSubstr("stopped before"));
}

TEST(Fetch, SaysThatTheOtherSideBrokeOff) {
  const PlainServer server(
      answers({{"/", says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")},
               {"/chunks", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab")},
               {"/nothing", says("")}}));
  EXPECT_EQ(kind_of(rules_for(server), server.url("/")), ErrorKind::kInterrupted);
  EXPECT_EQ(kind_of(rules_for(server), server.url("/chunks")), ErrorKind::kInterrupted);
  EXPECT_EQ(kind_of(rules_for(server), server.url("/nothing")), ErrorKind::kInterrupted);
}

TEST(Fetch, TakesNothingButHttpForAnAnswer) {
  const PlainServer server(
      answers({{"/0.9", says("\xff\xd8 a photo without a head")},
               {"/ssh", says("SSH-2.0-OpenSSH_9.2\r\n")},
               {"/length", says("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")},
               {"/upgrade", says("HTTP/1.1 101 Other\r\n\r\nsecret")}}));
  for (const std::string path : {"/0.9", "/ssh", "/length", "/upgrade"}) {
    EXPECT_THAT(outcome(rules_for(server), server.url(path)),
                AllOf(HasSubstr("error: " + server.url("")), Not(HasSubstr("ecret")),
                      Not(HasSubstr("SSH"))))
        << path;
  }
}

TEST(Fetch, SaysThatNobodyListens) {
  FetchRules rules;
  std::string url;
  {
    const PlainServer gone(answers({}));
    rules = rules_for(gone);
    url = gone.url("/");
  }
  EXPECT_EQ(kind_of(rules, url), ErrorKind::kNotFound);
  EXPECT_THAT(outcome(rules, url), HasSubstr("nobody listens at http://127.0.0.1:"));
}

TEST(Fetch, SaysThatThereIsNoSuchHost) {
  // No name server needs to be asked: a label has 63 letters at most.
  const std::string host = std::string(64, 'a') + ".example";
  EXPECT_EQ(kind_of({}, "http://" + host + "/"), ErrorKind::kNotFound);
  EXPECT_THAT(outcome({}, "http://" + host + "/"),
              HasSubstr("the host " + host + " cannot be found"));
}

TEST(Fetch, CanBeSwitchedOff) {
  const PlainServer server(answers({{"/", says(ok("abc"))}}));
  FetchRules rules = rules_for(server);
  rules.enabled = false;
  EXPECT_EQ(kind_of(rules, server.url("/")), ErrorKind::kDenied);
  EXPECT_THAT(outcome(rules, server.url("/")), HasSubstr("send the photo itself"));
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace kennel::fetch

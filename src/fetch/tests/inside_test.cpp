// What lies inside stays out of reach, however it is spelled; what is allowed is open, and no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch/fetcher.h"
#include "fetch/tests/plain_server.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

FetchRules rules_with(std::initializer_list<std::string> allowed) {
  FetchRules rules;
  for (const std::string& text : allowed) {
    rules.allowed.push_back(parse_allowed_target(text).value());
  }
  return rules;
}

base::Error error_of(const FetchRules& rules, const std::string& url) {
  const auto body = Fetcher(rules).fetch(url);
  if (body) return {ErrorKind::kCorrupt, "fetched: " + std::string(base::as_text(*body))};
  return body.error();
}

std::string body_of(const FetchRules& rules, const std::string& url) {
  const auto body = Fetcher(rules).fetch(url);
  return body ? std::string(base::as_text(*body)) : "error: " + body.error().message;
}

class Spelling : public testing::TestWithParam<std::string> {};

TEST_P(Spelling, OfThisMachineIsRefusedBeforeAnybodyIsConnectedTo) {
  const PlainServer server(answers({{"/", says(ok("secret"))}}));
  const base::Error error = error_of({}, "http://" + server.at(GetParam()) + "/");
  EXPECT_EQ(error.kind, ErrorKind::kDenied) << error.message;
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("not public"), HasSubstr("--allow-fetch"), Not(HasSubstr("secret"))));
  EXPECT_EQ(server.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, Spelling,
                         testing::Values("127.0.0.1", "127.1", "127.0.1", "127.255.255.254",
                                         "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
                                         "017700000001", "0", "0.0.0.0", "0x0", "%31%32%37.1",
                                         "localhost", "LOCALHOST", "photos.localhost", "[::1]",
                                         "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
                                         "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
                                         "[2002:7f00:1::1]"));

TEST(SpellingOfThisMachine, WithADotBehindIsRefusedOrNoName) {
  const PlainServer server(answers({{"/", says(ok("secret"))}}));
  for (const std::string host : {"localhost.", "127.0.0.1.", "127.1."}) {
    const base::Error error = error_of({}, "http://" + server.at(host) + "/");
    EXPECT_THAT(error.kind, testing::AnyOf(ErrorKind::kDenied, ErrorKind::kNotFound)) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

class Inside : public testing::TestWithParam<std::string> {};

TEST_P(Inside, IsRefused) {
  const base::Error error = error_of({}, "http://" + GetParam() + "/");
  EXPECT_EQ(error.kind, ErrorKind::kDenied) << error.message;
  EXPECT_THAT(error.message, HasSubstr("not public"));
}

INSTANTIATE_TEST_SUITE_P(Addresses, Inside,
                         testing::Values("169.254.169.254", "0xa9fea9fe", "2852039166",
                                         "0251.0376.0251.0376", "[::ffff:169.254.169.254]",
                                         "[fd00:ec2::254]", "169.254.170.2", "10.0.0.1",
                                         "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1",
                                         "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1",
                                         "[fe80::1]", "[fd12::1]", "[ff02::1]", "[2001::1]",
                                         "[2001:db8::1]", "[fec0::1]", "[64:ff9b:1::1]"));

class RedirectInside : public testing::TestWithParam<std::string> {};

TEST_P(RedirectInside, IsNotFollowed) {
  const PlainServer inner(answers({{"/", says(ok("secret"))}}));
  std::string location = GetParam();
  if (const auto at = location.find("PORT"); at != std::string::npos) {
    location.replace(at, 4, std::to_string(inner.port()));
  }
  const PlainServer outer(answers({{"/", says(redirect(location))}}));
  const base::Error error = error_of(rules_with({outer.authority()}), outer.url("/"));
  EXPECT_THAT(error.kind, testing::AnyOf(ErrorKind::kDenied, ErrorKind::kInvalid));
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("redirected by " + outer.url("") + ": "), Not(HasSubstr("secret"))));
  EXPECT_EQ(outer.connections(), 1);
  EXPECT_EQ(inner.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Places, RedirectInside,
    testing::Values("http://127.0.0.1:PORT/", "http://localhost:PORT/", "//localhost:PORT/",
                    "http://0x7f.1:PORT/", "https://127.0.0.1:PORT/", "http://[::1]:PORT/",
                    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/",
                    "file:///etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd",
                    "gopher://127.0.0.1:PORT/_GET", "dict://127.0.0.1:PORT/", "ftp://127.0.0.1/",
                    "http://user@127.0.0.1:PORT/", "http://127.0.0.1:22/", "javascript:alert(1)"));

TEST(RedirectInside, SaysWhichAddressItWas) {
  const PlainServer server(answers({{"/", says(redirect("http://169.254.169.254/latest"))}}));
  const base::Error error = error_of(rules_with({server.authority()}), server.url("/"));
  EXPECT_EQ(error.kind, ErrorKind::kDenied);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("169.254.169.254 is not public"), Not(HasSubstr("latest"))));
}

TEST(Allowed, HostAndPortOpensThatSpellingOfItOnThatPort) {
  const PlainServer server(answers({{"/", says(ok("open"))}}));
  const PlainServer other(answers({{"/", says(ok("open"))}}));
  const FetchRules rules = rules_with({server.at("127.0.0.1")});
  EXPECT_EQ(body_of(rules, server.url("/")), "open");
  EXPECT_EQ(body_of(rules, "http://" + server.at("0x7f.1") + "/"), "open") << "the same address";
  EXPECT_EQ(error_of(rules, "http://" + server.at("localhost") + "/").kind, ErrorKind::kDenied);
  EXPECT_EQ(error_of(rules, "http://" + server.at("127.0.0.2") + "/").kind, ErrorKind::kDenied);
  EXPECT_EQ(error_of(rules, "http://" + server.at("[::ffff:127.0.0.1]") + "/").kind,
            ErrorKind::kDenied);
  EXPECT_EQ(error_of(rules, other.url("/")).kind, ErrorKind::kDenied);
  EXPECT_EQ(other.connections(), 0);
}

TEST(Allowed, NameAndPortOpensWhateverAddressTheNameHas) {
  const PlainServer server(answers({{"/", says(ok("open"))}}));
  const FetchRules rules = rules_with({server.at("localhost")});
  EXPECT_EQ(body_of(rules, "http://" + server.at("LocalHost") + "/"), "open");
  EXPECT_EQ(error_of(rules, server.url("/")).kind, ErrorKind::kDenied);
}

TEST(Allowed, PrefixOpensItsAddressesUnderAnyName) {
  const PlainServer server(answers({{"/", says(ok("open"))}}));
  const PlainServer six(answers({{"/", says(ok("open"))}}), "::1");
  const FetchRules rules = rules_with({"127.0.0.0/30"});
  EXPECT_EQ(body_of(rules, server.url("/")), "open");
  EXPECT_EQ(body_of(rules, "http://" + server.at("localhost") + "/"), "open");
  EXPECT_EQ(error_of(rules, "http://" + server.at("127.0.0.4") + "/").kind, ErrorKind::kDenied);
  EXPECT_EQ(error_of(rules, six.url("/")).kind, ErrorKind::kDenied);
  EXPECT_EQ(error_of(rules, "http://127.0.0.1:22/").kind, ErrorKind::kDenied);
  EXPECT_EQ(body_of(rules_with({"::1"}), six.url("/")), "open");
}

TEST(Allowed, ServerMayRedirectToAnother) {
  const PlainServer inner(answers({{"/", says(ok("open"))}}));
  const PlainServer outer(answers({{"/", says(redirect(inner.url("/")))}}));
  EXPECT_EQ(body_of(rules_with({outer.authority(), inner.authority()}), outer.url("/")), "open");
}

}  // namespace
}  // namespace kennel::fetch

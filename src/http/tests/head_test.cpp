#include "http/head.h"

#include <gtest/gtest.h>

namespace kennel::http {
namespace {

using std::string_literals::operator""s;

// The status that a head is refused with; 0: it is taken.
int status_of(std::string_view block, const HeadLimits& limits = {}) {
  const auto parsed = parse_head(block, limits);
  return parsed ? 0 : parsed.error().status;
}

ParsedHead parse(const std::string& block) {
  auto parsed = parse_head(block);
  EXPECT_TRUE(parsed) << block;
  return parsed ? *std::move(parsed) : ParsedHead{};
}

// A POST with these fields besides Host.
std::string post(const std::string& fields) {
  return "POST /a HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(ParseHead, TakesAHeadApart) {
  const ParsedHead parsed = parse(
      "PUT /b/k%20y?x=%2F&y HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Name: \t two words \t\r\n"
      "Empty:\r\ncontent-length: 12\r\n\r\n");
  EXPECT_EQ(parsed.head.method, "PUT");
  EXPECT_EQ(parsed.head.target, "/b/k%20y?x=%2F&y");
  EXPECT_EQ(parsed.head.fields, (base::Fields{{"Host", "127.0.0.1:8080"},
                                              {"X-Name", "two words"},
                                              {"Empty", ""},
                                              {"content-length", "12"}}));
  EXPECT_EQ(parsed.length, 12U);
  EXPECT_FALSE(parsed.chunked);
  EXPECT_TRUE(parsed.keep_alive);
  EXPECT_FALSE(parsed.expects_continue);
}

TEST(ParseHead, TakesUsualShapes) {
  const std::vector<std::string> heads = {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET //a/../b HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "GET /?a=b:c@d HTTP/1.1\r\nhOsT: a.s3.localhost\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX-Meta: gr\xc3\xbc\xc3\x9f\x65\r\n\r\n",
      post("Content-Length: 0\r\n"),
      post("Content-Length: 9223372036854775807\r\n"),
      post("Transfer-Encoding: Chunked\r\n"),
  };
  for (const std::string& head : heads) EXPECT_EQ(status_of(head), 0) << head;
}

struct Refused {
  int status;
  std::string block;
};

TEST(ParseHead, RefusesRequestLinesThatAreNone) {
  const std::string host = "\r\nHost: a\r\n\r\n";
  const std::vector<Refused> cases = {
      {400, "\r\n"},
      {400, "\r\nGET / HTTP/1.1" + host},
      {400, "GET / HTTP/1.1"},
      {400, "GET" + host},
      {400, "GET /" + host},
      {400, "GET HTTP/1.1" + host},
      {400, " GET / HTTP/1.1" + host},
      {400, "GET  / HTTP/1.1" + host},
      {400, "GET /  HTTP/1.1" + host},
      {400, "GET / HTTP/1.1 " + host},
      {400, "GET\t/ HTTP/1.1" + host},
      {400, "GET / x HTTP/1.1" + host},
      {400, "GET /\x0b HTTP/1.1" + host},
      {400, "GET /\0 HTTP/1.1"s + host},
      {400, "GET /\r HTTP/1.1" + host},
      {400, "GET /\x7f HTTP/1.1" + host},
      {400, "GET /\xc3\xbc HTTP/1.1" + host},
      {400, "GET /a#b HTTP/1.1" + host},
      {400, "G(T / HTTP/1.1" + host},
      {400, "GET http://a/ HTTP/1.1" + host},
      {400, "GET a:80 HTTP/1.1" + host},
      {400, "CONNECT a:80 HTTP/1.1" + host},
      {400, "GET * HTTP/1.1" + host},
      {400, "GET / http/1.1" + host},
      {400, "GET / HTTP/1.10" + host},
      {400, "GET / HTTP/11" + host},
      {400, "GET / HTTP/1." + host},
      {505, "GET / HTTP/2.0" + host},
      {505, "GET / HTTP/0.9" + host},
      {505, "GET / HTTP/1.2" + host},
      {501, std::string(33, 'A') + " / HTTP/1.1" + host},
      {414, "GET /" + std::string(8 * 1024, 'a') + " HTTP/1.1" + host},
  };
  for (const auto& [status, block] : cases) EXPECT_EQ(status_of(block), status) << block;
}

TEST(ParseHead, RefusesFieldsThatTwoReadersCouldReadDifferently) {
  const std::vector<Refused> cases = {
      {400, "GET / HTTP/1.1\nHost: a\n\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"},
      {400, post("X: a\n")},
      {400, post("X: a\rY: b\r\n")},
      {400, post("X: a\0b\r\n"s)},
      {400, post("X: a\x01\r\n")},
      {400, post("X: a\x7f\r\n")},
      {400, post("X: a\r\n folded\r\n")},
      {400, post("X: a\r\n\tfolded\r\n")},
      {400, post("X : a\r\n")},
      {400, post("X\t: a\r\n")},
      {400, post(" X: a\r\n")},
      {400, post(": a\r\n")},
      {400, post("X\r\n")},
      {400, post("X\xc3\xbc: a\r\n")},
      {400, post("X(: a\r\n")},
      {400, post("\r\nX: a\r\n")},
  };
  for (const auto& [status, block] : cases) EXPECT_EQ(status_of(block), status) << block;
}

TEST(ParseHead, RefusesBodiesWhoseLengthIsNotClear) {
  const std::vector<Refused> cases = {
      {400, post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")},
      {400, post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")},
      {400, post("Content-Length: 1\r\nContent-Length: 2\r\n")},
      {400, post("Content-Length: 1\r\ncontent-length: 1\r\n")},
      {400, post("Content-Length: 1, 1\r\n")},
      {400, post("Content-Length: +1\r\n")},
      {400, post("Content-Length: -1\r\n")},
      {400, post("Content-Length: 0x1\r\n")},
      {400, post("Content-Length: 1 1\r\n")},
      {400, post("Content-Length: 1a\r\n")},
      {400, post("Content-Length:\r\n")},
      {413, post("Content-Length: 9223372036854775808\r\n")},
      {413, post("Content-Length: 99999999999999999999999\r\n")},
      {501, post("Transfer-Encoding: xchunked\r\n")},
      {501, post("Transfer-Encoding: gzip\r\n")},
      {501, post("Transfer-Encoding: gzip, chunked\r\n")},
      {501, post("Transfer-Encoding: chunked, identity\r\n")},
      {501, post("Transfer-Encoding: \"chunked\"\r\n")},
      {501, post("Transfer-Encoding:\r\n")},
      {400, post("Transfer-Encoding: \x0b"
                 "chunked\r\n")},
      {400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
  };
  for (const auto& [status, block] : cases) EXPECT_EQ(status_of(block), status) << block;
}

TEST(ParseHead, RefusesHostsThatAreNotExactlyOne) {
  const std::vector<Refused> cases = {
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"},
      {400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"},
  };
  for (const auto& [status, block] : cases) EXPECT_EQ(status_of(block), status) << block;
}

TEST(ParseHead, KeepsToItsLimits) {
  const HeadLimits limits{.bytes_max = 100, .fields_max = 3, .target_bytes_max = 10};
  EXPECT_EQ(status_of("GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("GET /123456789a HTTP/1.1\r\nHost: a\r\n\r\n", limits), 414);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n", limits), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(80, 'a') + "\r\n\r\n", limits), 431);
}

TEST(ParseHead, ReadsWhatTheClientWantsOfTheConnection) {
  EXPECT_TRUE(parse(post("")).keep_alive);
  EXPECT_FALSE(parse(post("Connection: Close\r\n")).keep_alive);
  EXPECT_FALSE(parse(post("Connection: upgrade , close\r\n")).keep_alive);
  EXPECT_FALSE(parse(post("Connection: a\r\nConnection: close\r\n")).keep_alive);
  EXPECT_TRUE(parse(post("Connection: closed\r\n")).keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
}

TEST(ParseHead, TakesNoExpectationBut100Continue) {
  EXPECT_TRUE(parse(post("Expect: 100-Continue\r\nContent-Length: 1\r\n")).expects_continue);
  EXPECT_TRUE(
      parse(post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n")).expects_continue);
  EXPECT_FALSE(parse(post("Expect: 100-continue\r\n")).expects_continue);
  EXPECT_EQ(status_of(post("Expect: 200-ok\r\n")), 417);
  EXPECT_EQ(status_of(post("Expect: 100-continue\r\nExpect: 100-continue\r\n")), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n"), 0);
}

TEST(ParseHead, QuotesAForeignValueShortAndPrintable) {
  const auto parsed = parse_head(
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::string(100, '\x80') + "\r\n\r\n");
  ASSERT_FALSE(parsed);
  EXPECT_LT(parsed.error().message.size(), 320U);
  EXPECT_NE(parsed.error().message.find("\\x80"), std::string::npos);
}

TEST(FindHeadEnd, FindsTheEmptyLineHoweverTheBytesCome) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = head + "GET /next";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    EXPECT_EQ(find_head_end(std::string_view(bytes).substr(0, cut)), std::nullopt) << cut;
    EXPECT_EQ(find_head_end(bytes, cut), head.size()) << cut;
  }
}

TEST(FindHeadEnd, EndsAtALineThatNothingCanMend) {
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost"), 15U);
  EXPECT_EQ(find_head_end("\n"), 1U);
  EXPECT_EQ(find_head_end("\r\nGET"), 2U);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nA: b\n"), 21U);
}

}  // namespace
}  // namespace kennel::http

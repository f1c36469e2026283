#include "http/client.h"

#include <gtest/gtest.h>

#include "http/response_head.h"
#include "http/tests/test_service.h"
#include "http/url.h"

namespace kennel::http {
namespace {

using base::ErrorKind;

TEST(ParseUrl, TakesAUrlApart) {
  EXPECT_EQ(*parse_url("http://a"), (Url{false, "a", "80", "a", "/"}));
  EXPECT_EQ(*parse_url("https://a.b:8443/c?d"), (Url{true, "a.b", "8443", "a.b:8443", "/c?d"}));
  EXPECT_EQ(*parse_url("https://[::1]/"), (Url{true, "::1", "443", "[::1]", "/"}));
  EXPECT_EQ(*parse_url("http://[::1]:80?q"), (Url{false, "::1", "80", "[::1]:80", "/?q"}));
}

TEST(ParseUrl, RefusesWhatItCannotAskFor) {
  for (const char* text :
       {"", "a", "ftp://a/", "http://", "http:///", "http://:80/", "http://a:/", "http://a:0/",
        "http://a:65536/", "http://a:8x/", "http://u@a/", "http://a/#f", "http://a b/",
        "http://[::1", "http://[::1]8080/", "http://[]/", "http://a/\r\nX: y"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(ParseResponseHead, TakesAHeadApart) {
  const auto head =
      parse_response_head("HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 404);
  EXPECT_EQ(head->length, 3U);
  EXPECT_FALSE(head->chunked);
  EXPECT_TRUE(parse_response_head("HTTP/1.0 200\r\ntransfer-encoding: chunked\r\n\r\n")->chunked);
}

TEST(ParseResponseHead, RefusesWhatIsNone) {
  for (const char* block :
       {"\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_FALSE(parse_response_head(block)) << block;
  }
}

bool keeps_alive(const std::string& version, const std::string& fields) {
  return parse_response_head(version + " 200 OK\r\n" + fields + "\r\n")->keep_alive;
}

TEST(ParseResponseHead, KnowsWhetherTheConnectionGoesOn) {
  EXPECT_TRUE(keeps_alive("HTTP/1.1", ""));
  EXPECT_FALSE(keeps_alive("HTTP/1.1", "Connection: upgrade, CLOSE\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.0", ""));
  EXPECT_TRUE(keeps_alive("HTTP/1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_TRUE(keeps_alive("HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"));
}

TEST(Fetch, GetsWhatTheServerAnswers) {
  TestService service;
  const auto answer = fetch({.method = "POST", .url = service.url("/echo"), .body = "hello"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(base::find_field(answer->fields, "Server"), "kennel");
}

TEST(Fetch, ReadsEveryFraming) {
  TestService service;
  EXPECT_EQ(fetch({.url = service.url("/large")})->body.size(), 300'000U);
  EXPECT_EQ(fetch({.url = service.url("/chunks")})->body.size(), 100'000U);
  EXPECT_EQ(fetch({.url = service.url("/nothing")})->body, "");
  EXPECT_EQ(fetch({.method = "HEAD", .url = service.url("/large")})->body, "");
}

TEST(Fetch, KeepsToItsLimit) {
  TestService service;
  for (const char* path : {"/large", "/chunks"}) {
    const auto answer = fetch({.url = service.url(path), .body_bytes_max = 99'999});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kTooLarge);
  }
}

TEST(Fetch, EndsWhenTheAnswerTakesTooLong) {
  TestService service;
  const auto answer =
      fetch({.url = service.url("/hold"), .timeout = std::chrono::milliseconds(50)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
}

TEST(Fetch, TakesNoHalfAnswerForAWholeOne) {
  TestService service;
  const auto answer = fetch({.url = service.url("/torn")});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
}

TEST(Fetch, SaysThatNobodyListens) {
  std::string url;
  {
    const TestService service;
    url = service.url("/");
  }
  const auto answer = fetch({.url = url});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace kennel::http

#include "http/answer.h"

#include <gtest/gtest.h>

namespace kennel::http {
namespace {

std::string head_of(const Response& response, const AnswerHead& head) {
  std::string out;
  append_head(out, response, head);
  return out;
}

TEST(AppendHead, WritesTheWholeHead) {
  const Response response{.status = 404, .fields = {{"X-A", "b"}}, .body = "12345"};
  EXPECT_EQ(head_of(response, {.date = "now", .server_name = "me"}),
            "HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 5\r\nDate: now\r\nServer: me\r\n"
            "\r\n");
}

TEST(AppendHead, LetsNoValueBeginAnotherField) {
  using std::string_literals::operator""s;
  const std::string value = "b\r\nX-Evil: c\0d"s;
  const Response response{.fields = {{"X-A", value}, {"Bad Name", "e"}, {"", "f"}}};
  const std::string head = head_of(response, {});
  EXPECT_NE(head.find("X-A: b  X-Evil: c d\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Bad Name"), std::string::npos);
}

TEST(AppendHead, LeavesOutFieldsThatAreTheSessions) {
  const Response response{
      .fields = {{"content-length", "99"}, {"Transfer-Encoding", "x"}, {"Connection", "x"}}};
  EXPECT_EQ(head_of(response, {.keep_alive = false, .date = "now"}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST(AppendHead, KeepsTheHandlersServer) {
  const Response response{.fields = {{"server", "AmazonS3"}}};
  EXPECT_EQ(head_of(response, {.server_name = "me"}).find("Server: me"), std::string::npos);
}

TEST(DateText, IsAnHttpDate) {
  DateText date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(date.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace kennel::http

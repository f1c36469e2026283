// What hostile and slow clients get. Timeouts are short here, and each test waits for the close
// that it expects.
#include <gtest/gtest.h>

#include <list>

#include "http/tests/test_service.h"
#include "http/tests/wire_client.h"

namespace kennel::http {
namespace {

using std::string_literals::operator""s;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

ServerOptions impatient() {
  return {.head_timeout = 50ms, .idle_timeout = 50ms, .write_timeout = 50ms, .body_grace = 50ms};
}

std::string post(std::string_view fields, std::string_view path = "/echo") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

int status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
}

TEST(HostileClient, IsRefusedAndClosedForAShapeOfSmuggling) {
  struct Shape {
    int status;
    std::string bytes;
  };
  // Behind each stands what would be smuggled.
  const std::vector<Shape> shapes = {
      {400, post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")},
      {400, post("Content-Length: 4\r\nContent-Length: 0\r\n")},
      {400, post("Content-Length: 0\r\nContent-Length: 0\r\n")},
      {501, post("Transfer-Encoding: xchunked\r\n")},
      {501, post("Transfer-Encoding: chunked, identity\r\n")},
      {400, post("Transfer-Encoding : chunked\r\n")},
      {400, post("Transfer-Encoding:\r\n chunked\r\n")},
      {400, post("X: a\nContent-Length: 0\r\n")},
      {400, post("X: a\0b\r\n"s)},
      {400, post("Host: b\r\n")},
      {400, "GET /a HTTP/1.1\r\n\r\n"},
      {400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {505, "GET /a HTTP/3.0\r\nHost: a\r\n\r\n"},
      {400, "\x16\x03\x01"s + std::string(kGet)},
      {400, post("Transfer-Encoding: chunked\r\n") + "2\nab\r\n0\r\n\r\n"},
      {400, post("Transfer-Encoding: chunked\r\n") + "2\r\nabc\r\n0\r\n\r\n"},
      {400, post("Transfer-Encoding: chunked\r\n") + "0x2\r\nab\r\n0\r\n\r\n"},
  };
  TestService service;
  for (const auto& [status, bytes] : shapes) {
    const int before = service.handler.requests;
    WireClient client(service.port());
    client.try_send(bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    client.end_sending();
    const std::string all = client.read_to_the_end();
    EXPECT_EQ(status_of(all), status) << bytes;
    EXPECT_EQ(all.find("/smuggled"), std::string::npos) << bytes;
    EXPECT_NE(all.find("Connection: close"), std::string::npos) << bytes;
    EXPECT_FALSE(client.timed_out() || client.reset()) << bytes;
    EXPECT_LE(service.handler.requests - before, 1) << bytes;
  }
}

TEST(HostileClient, IsRefusedBeyondTheLimitsOfAHead) {
  TestService service({.head_bytes_max = 1000, .fields_max = 5, .target_bytes_max = 100});
  const auto status = [&](const std::string& bytes) {
    WireClient client(service.port());
    client.try_send(bytes);
    return status_of(client.read_to_the_end());
  };
  EXPECT_EQ(status("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status(post("A:\r\nB:\r\nC:\r\nD:\r\nE:\r\n")), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'a')), 431);
}

TEST(SlowClient, IsCutWhenItSendsNothing) {
  TestService service(impatient());
  WireClient client(service.port());
  EXPECT_EQ(client.read_to_the_end(), "");
  EXPECT_FALSE(client.timed_out());
}

TEST(SlowClient, IsCutWhenItsHeadDoesNotEnd) {
  TestService service(impatient());
  WireClient client(service.port());
  client.send("GET / HTTP/1.1\r\nHos");
  EXPECT_EQ(status_of(client.read_to_the_end()), 408);
  EXPECT_FALSE(client.timed_out());
}

TEST(SlowClient, IsCutHoweverManySmallPiecesItSends) {
  TestService service(impatient());
  WireClient client(service.port());
  client.send("GET / HTTP/1.1\r\nX: ");
  while (client.try_send("a")) {
  }  // ends because the server closes, or because the head is too long
  EXPECT_FALSE(client.timed_out());
}

TEST(SlowClient, IsClosedSilentlyWhenItIsIdle) {
  TestService service(impatient());
  WireClient client(service.port());
  client.send(kGet);
  EXPECT_TRUE(client.read_to_the_end().ends_with("GET /a"));
  EXPECT_FALSE(client.timed_out());
}

TEST(SlowClient, IsCutWhenItsBodyStops) {
  TestService service(impatient());
  for (const std::string_view fields :
       {"Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"}) {
    WireClient client(service.port());
    client.send(post(fields) + "5\r\nhello\r\n");
    const std::string all = client.read_to_the_end();
    EXPECT_EQ(status_of(all), 400);
    EXPECT_TRUE(all.ends_with("the client sends its body too slowly")) << all;
  }
}

TEST(SlowClient, IsCutWhenItDoesNotTakeItsAnswer) {
  TestService service(impatient());
  WireClient client(service.port());
  client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  WireClient watcher(service.port());
  EXPECT_EQ(watcher.read_to_the_end(), "");  // a timeout later
  service.server->drain(1min);               // returns once the slow one is cut
  EXPECT_LT(client.read_to_the_end().size(), 100 * base::kMiB);
}

TEST(SlowClient, ThatLeavesWithinItsBodyIsNotWaitedFor) {
  TestService service;
  WireClient client(service.port());
  client.send(post("Content-Length: 100\r\n") + "hello");
  client.end_sending();
  EXPECT_TRUE(client.read_to_the_end().ends_with("the client went away within its body"));
}

TEST(SlowClients, ByTheHundredDoNotStopANormalOne) {
  TestService service;
  std::list<WireClient> slow;
  for (int i = 0; i < 400; ++i) {
    slow.emplace_back(service.port()).send(i % 2 == 0 ? "GET / HT" : post("Content-Length: 9\r\n"));
  }
  WireClient client(service.port());
  client.send(kGet);
  EXPECT_TRUE(client.read_until("GET /a").ends_with("GET /a"));
}

TEST(Server, TurnsAwayConnectionsBeyondItsLimit) {
  TestService service({.connections_max = 2});
  WireClient first(service.port());
  WireClient second(service.port());
  for (WireClient* client : {&first, &second}) {
    client->send(kGet);
    client->read_until("GET /a");
  }
  WireClient third(service.port());
  const std::string all = third.read_to_the_end();
  EXPECT_EQ(status_of(all), 503);
  EXPECT_NE(all.find("Retry-After: 1\r\n"), std::string::npos);
}

}  // namespace
}  // namespace kennel::http

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <latch>
#include <thread>

#include "http/tests/test_service.h"
#include "http/tests/wire_client.h"

namespace kennel::http {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view path, std::string_view fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

// The value of a field in an answer's head.
std::string field_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "(none)";
  const std::size_t from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

struct Answer {
  std::string head;
  std::string body;
};

// An answer that has a Content-Length.
Answer read_answer(WireClient& client) {
  Answer answer{.head = client.read_until("\r\n\r\n")};
  const std::string length = field_of(answer.head, "Content-Length");
  if (length != "(none)") answer.body = client.read_exactly(std::stoul(length));
  return answer;
}

int status_of(const Answer& answer) {
  return answer.head.size() < 12 ? 0 : std::stoi(answer.head.substr(9, 3));
}

TEST(Server, AnswersARequest) {
  TestService service;
  WireClient client(service.port());
  client.send(get("/some%20path?q=1"));
  const Answer answer = read_answer(client);
  EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(answer.body, "GET /some%20path?q=1");
  EXPECT_EQ(field_of(answer.head, "Server"), "kennel");
  EXPECT_TRUE(field_of(answer.head, "Date").ends_with(" GMT"));
  EXPECT_EQ(field_of(answer.head, "Connection"), "(none)");
}

TEST(Server, SaysWhereItListensAndWhoAsks) {
  TestService service;
  EXPECT_EQ(service.server->address(), "127.0.0.1");
  EXPECT_NE(service.port(), 0);
  WireClient client(service.port());
  client.send(get("/who"));
  EXPECT_EQ(read_answer(client).body, "127.0.0.1 plain");
  EXPECT_EQ(service.server->connections(), 1U);
}

TEST(Server, KeepsAConnectionForManyRequests) {
  TestService service;
  WireClient client(service.port());
  for (int i = 0; i < 1000; ++i) {
    client.send(get("/" + std::to_string(i)));
    ASSERT_EQ(read_answer(client).body, "GET /" + std::to_string(i));
  }
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
  TestService service;
  WireClient client(service.port());
  constexpr int kCount = 2000;
  std::string requests;
  for (int i = 0; i < kCount; ++i) {
    const std::string body = std::to_string(i);
    requests += post("/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
  }
  std::thread sender([&] { client.try_send(requests); });
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(read_answer(client).body, std::to_string(i));
  }
  sender.join();
}

TEST(Server, TakesARequestByteByByte) {
  TestService service;
  WireClient client(service.port());
  const std::string request =
      post("/echo", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
  for (const char byte : request) client.send({&byte, 1});
  EXPECT_EQ(read_answer(client).body, "hello!");
  client.send(kGet);
  EXPECT_EQ(read_answer(client).body, "GET /a");
}

TEST(Server, TakesAHeadThatFillsItsLimit) {
  TestService service;
  WireClient client(service.port());
  std::string head = get("/a", "X: \r\n");
  head.insert(head.size() - 4, 32 * base::kKiB - head.size(), 'x');
  client.send(head);
  EXPECT_EQ(read_answer(client).body, "GET /a");
  head.insert(head.size() - 4, 1, 'x');
  client.send(head);
  EXPECT_EQ(status_of(read_answer(client)), 431);
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  TestService service;
  WireClient client(service.port());
  client.send(get("/a", "Connection: close\r\n"));
  const std::string all = client.read_to_the_end();
  EXPECT_EQ(field_of(all, "Connection"), "close");
  EXPECT_TRUE(all.ends_with("GET /a"));
  EXPECT_FALSE(client.timed_out());
}

TEST(Server, ClosesAfterARequestOfHttp10) {
  TestService service;
  WireClient client(service.port());
  client.send("GET /chunks HTTP/1.0\r\n\r\n");
  const std::string all = client.read_to_the_end();
  EXPECT_EQ(field_of(all, "Transfer-Encoding"), "(none)");
  EXPECT_EQ(field_of(all, "Connection"), "close");
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, 100'000U);
}

TEST(Server, KeepsAConnectionOfHttp10ThatAsksForIt) {
  TestService service;
  WireClient client(service.port());
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(field_of(read_answer(client).head, "Connection"), "keep-alive");
  client.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(read_answer(client).body, "GET /b");
}

TEST(Server, SendsNoBodyWhereThereIsNone) {
  TestService service;
  WireClient client(service.port());
  client.send("HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n");
  client.send("HEAD /chunks HTTP/1.1\r\nHost: a\r\n\r\n");
  client.send("HEAD /only-length HTTP/1.1\r\nHost: a\r\n\r\n");
  client.send(get("/nothing"));
  client.send(kGet);
  EXPECT_EQ(field_of(client.read_until("\r\n\r\n"), "Content-Length"), "300000");
  EXPECT_EQ(field_of(client.read_until("\r\n\r\n"), "Transfer-Encoding"), "chunked");
  EXPECT_EQ(field_of(client.read_until("\r\n\r\n"), "Content-Length"), "12345");
  const std::string nothing = client.read_until("\r\n\r\n");
  EXPECT_TRUE(nothing.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(field_of(nothing, "Content-Length"), "(none)");
  EXPECT_EQ(read_answer(client).body, "GET /a");
}

TEST(Server, StreamsInChunksWhenTheLengthIsUnknown) {
  TestService service;
  WireClient client(service.port());
  client.send(get("/chunks"));
  EXPECT_EQ(field_of(client.read_until("\r\n\r\n"), "Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.read_until("\r\n"), "186a0\r\n");
  EXPECT_EQ(client.read_exactly(0x186a0 + 2), std::string(0x186a0, '\0') + "\r\n");
  EXPECT_EQ(client.read_exactly(5), "0\r\n\r\n");
  client.send(kGet);
  EXPECT_EQ(read_answer(client).body, "GET /a");
}

TEST(Server, CutsAnAnswerThatCannotBeCompleted) {
  TestService service;
  for (const std::string_view fields : {"", "X-Length: yes\r\n"}) {
    WireClient client(service.port());
    client.send(get("/torn", fields));
    EXPECT_FALSE(client.read_to_the_end().ends_with("0\r\n\r\n"));
    EXPECT_TRUE(client.reset());
  }
}

TEST(Server, SendsContinueWithTheFirstRead) {
  TestService service;
  WireClient client(service.port());
  client.send(post("/echo", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(read_answer(client).body, "hello");
}

TEST(Server, SendsNoContinueWhenTheHandlerNeverReads) {
  TestService service;
  WireClient client(service.port());
  client.send(post("/refuse", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  const std::string all = client.read_to_the_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_EQ(field_of(all, "Connection"), "close");
}

TEST(Server, SkipsALittleBodyThatNobodyRead) {
  TestService service;
  WireClient client(service.port());
  client.send(post("/refuse", "Content-Length: 60000\r\n") + std::string(60'000, 'x') +
              post("/refuse", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n" +
              std::string(kGet));
  EXPECT_EQ(status_of(read_answer(client)), 403);
  EXPECT_EQ(status_of(read_answer(client)), 403);
  EXPECT_EQ(read_answer(client).body, "GET /a");
}

TEST(Server, LetsTheClientSeeARefusalInTheMiddleOfALargeBody) {
  TestService service;
  WireClient client(service.port());
  const std::string body(base::kMiB, 'x');
  client.send(post("/refuse", "Content-Length: 100000000\r\n"));
  client.send(body);
  client.end_sending();
  const std::string all = client.read_to_the_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_EQ(field_of(all, "Connection"), "close");
  EXPECT_FALSE(client.reset());
}

// The most memory that this process ever held, in bytes.
std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * base::kKiB;
}

TEST(Server, TakesAndGives100MiBWithFlatBuffers) {
  TestService service;
  const std::uint64_t before = peak_memory();
  WireClient client(service.port());
  const std::string piece(base::kMiB, 'x');
  client.send(post("/count", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 100; ++i) {
    client.send("100000\r\n");
    client.send(piece);
    client.send("\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(read_answer(client).body, std::to_string(100 * base::kMiB));
  client.send(post("/count", "Content-Length: 104857600\r\n"));
  for (int i = 0; i < 100; ++i) client.send(piece);
  EXPECT_EQ(read_answer(client).body, std::to_string(100 * base::kMiB));
  client.send(get("/stream"));
  EXPECT_EQ(field_of(client.read_until("\r\n\r\n"), "Content-Length"), "104857600");
  EXPECT_EQ(client.skip(104857600), 104857600U);
  EXPECT_LT(peak_memory() - before, 32 * base::kMiB);
}

TEST(Server, RunsTheHandlersOfSeveralConnectionsAtOnce) {
  TestService service;
  WireClient first(service.port());
  first.send(get("/hold"));
  const auto release = service.handler.held.get_future().get();
  WireClient second(service.port());
  second.send(kGet);
  EXPECT_EQ(read_answer(second).body, "GET /a");
  release(202);
  EXPECT_EQ(status_of(read_answer(first)), 202);
}

TEST(Server, OutlivesAClientThatGoesAwayWhileItsHandlerRuns) {
  TestService service;
  {
    WireClient client(service.port());
    client.send(get("/hold"));
    service.handler.held.get_future().wait();
    service.handler.held = {};
  }
  WireClient other(service.port());
  other.send(get("/hold"));
  service.handler.held.get_future().get()(200);
  EXPECT_EQ(status_of(read_answer(other)), 200);
}

TEST(Server, LetsARequestInFlightEndWhenItDrains) {
  TestService service;
  WireClient idle(service.port());
  WireClient busy(service.port());
  idle.send(kGet);
  read_answer(idle);
  busy.send(get("/hold"));
  const auto release = service.handler.held.get_future().get();
  std::thread drainer([&] { service.server->drain(std::chrono::minutes(1)); });
  EXPECT_EQ(idle.read_to_the_end(), "");  // closed: the drain has begun
  release(200);
  const std::string all = busy.read_to_the_end();
  EXPECT_TRUE(all.ends_with("held"));
  EXPECT_EQ(field_of(all, "Connection"), "close");
  drainer.join();
  EXPECT_EQ(service.server->connections(), 0U);
}

TEST(Server, AnswersAClientThatWasBetweenRequestsWhenItDrains) {
  TestService service({.drain_grace = std::chrono::minutes(1)});
  WireClient between(service.port());
  between.send(kGet);
  read_answer(between);
  std::thread drainer([&] { service.server->drain(std::chrono::minutes(1)); });
  // Its answer says so once the drain has begun.
  std::string connection;
  while (connection != "close") {
    between.send(kGet);
    const Answer answer = read_answer(between);
    ASSERT_EQ(status_of(answer), 200);
    connection = field_of(answer.head, "Connection");
  }
  EXPECT_EQ(between.read_to_the_end(), "");
  drainer.join();
}

TEST(Server, TellsItsHandlerOfAClientThatLeaves) {
  TestService service;
  {
    WireClient leaving(service.port());
    leaving.send(get("/watch"));
    service.handler.held.get_future().wait();
  }
  service.handler.gone.get_future().wait();
  WireClient other(service.port());
  other.send(kGet);
  EXPECT_EQ(status_of(read_answer(other)), 200);
}

TEST(Server, WatchesNobodyWhoStaysOrAsksForMore) {
  TestService service;
  WireClient client(service.port());
  client.send(get("/watch"));
  const auto release = service.handler.held.get_future().get();
  client.send(kGet);
  release(200);
  EXPECT_EQ(read_answer(client).body, "watched");
  EXPECT_EQ(status_of(read_answer(client)), 200);
  client.send(kGet);
  EXPECT_EQ(status_of(read_answer(client)), 200);
}

TEST(Server, CutsWhatIsLeftAtTheDrainsDeadline) {
  TestService service;
  WireClient client(service.port());
  client.send(get("/hold"));
  const auto release = service.handler.held.get_future().get();
  service.server->drain(std::chrono::milliseconds(10));
  EXPECT_EQ(client.read_to_the_end(), "");
  EXPECT_EQ(service.server->connections(), 0U);
  release(200);
}

TEST(Server, RefusesAnAddressInUseOrNone) {
  TestService service;
  TestHandler handler;
  aio::Runtime runtime;
  const auto taken = Server::listen(runtime, {.port = service.port()}, handler);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, base::ErrorKind::kConflict);
  EXPECT_FALSE(Server::listen(runtime, {.address = "localhost!"}, handler));
}

TEST(Server, ListensOnIpv6) {
  TestService service({.address = "::1"});
  EXPECT_EQ(service.server->address(), "::1");
}

}  // namespace
}  // namespace kennel::http

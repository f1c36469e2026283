#include "serving/replica.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "http/client.h"
#include "http/server.h"
#include "http/tests/wire_client.h"
#include "serving/tests/scripted_lane.h"

namespace kennel::serving {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A real server on a free port, over a network that computes nothing.
class ReplicaTest : public ::testing::Test {
 protected:
  void start(std::size_t waiting_max = 8) {
    script.forget();
    batcher = std::make_unique<Batcher>(
        BatcherOptions{.lanes = 1, .batch_max = 4, .waiting_max = waiting_max}, small_transform(),
        [this] { return std::make_unique<ScriptedLane>(script, 4); });
    batcher->wait_until_ready();
    script.wait_until_warm(1, 4);
    replica = std::make_unique<Replica>(ReplicaParts{.runtime = *runtime,
                                                     .batcher = *batcher,
                                                     .meters = meters,
                                                     .fetch = fetch,
                                                     .model = "scripted",
                                                     .classes = {"light", "dark"},
                                                     .clock = clock},
                                        options);
    server = *http::Server::listen(*runtime, {}, *replica);
  }
  void TearDown() override {
    script.let_go();
    server.reset();
    runtime.reset();
  }

  http::ClientResponse ask(const std::string& method, const std::string& path,
                           base::Fields fields = {}, std::string body = "") {
    const auto response =
        http::fetch({.method = method,
                     .url = "http://127.0.0.1:" + std::to_string(server->port()) + path,
                     .fields = std::move(fields),
                     .body = std::move(body)});
    EXPECT_TRUE(response) << response.error().message;
    return response.value_or(http::ClientResponse{});
  }
  http::ClientResponse invoke(base::Fields fields, std::string body) {
    return ask("POST", "/invocations", std::move(fields), std::move(body));
  }
  static std::string photo(std::uint8_t shade) {
    return std::string(base::as_text(photo_of(shade)));
  }
  static std::string as_json(std::uint8_t shade) {
    return R"({"image": ")" + base::to_base64(photo_of(shade)) + "\"}";
  }
  static std::string error_of(const http::ClientResponse& response) {
    return json::parse(response.body, nullptr, false).value("error", response.body);
  }

  LaneScript script;
  Meters meters{{"scripted", "f32"}};
  base::SystemClock clock;
  ReplicaOptions options;
  Fetch fetch;
  std::unique_ptr<aio::Runtime> runtime =
      std::make_unique<aio::Runtime>(aio::RuntimeOptions{.pool_threads = 2});
  std::unique_ptr<Batcher> batcher;
  std::unique_ptr<Replica> replica;
  std::unique_ptr<http::Server> server;
};

TEST_F(ReplicaTest, AnswersAPhotoWithLabels) {
  start();
  const auto response = invoke({{"Content-Type", "image/jpeg"}}, photo(200));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(base::find_field(response.fields, "Content-Type"), "application/json");
  const json answer = json::parse(response.body);
  EXPECT_EQ(answer.at("predictions").at(0).at("label"), "light");
  EXPECT_EQ(answer.at("predictions").size(), 2);
  EXPECT_EQ(answer.at("model"), "scripted");
  EXPECT_GE(answer.at("latency_ms").get<double>(), 0);
}

TEST_F(ReplicaTest, AnswersWithLogitsWhereTheyAreWanted) {
  start();
  EXPECT_EQ(invoke({{"Accept", "application/json; format=logits"}}, photo(0)).body, "[[0, 255]]");
  options.form = hosting::AnswerForm::kLogits;
  server.reset();
  start();
  EXPECT_EQ(invoke({}, photo(0)).body, "[[0, 255]]");
}

TEST_F(ReplicaTest, AnswersSeveralInTheirOrder) {
  start();
  const auto response =
      invoke({{"Content-Type", "application/json"}, {"Accept", "*/*"}},
             R"({"top": 1, "instances": [)" + as_json(0) + "," + as_json(255) + "]}");
  ASSERT_EQ(response.status, 200) << response.body;
  const json predictions = json::parse(response.body).at("predictions");
  ASSERT_EQ(predictions.size(), 2);
  EXPECT_EQ(predictions[0].size(), 1);
  EXPECT_EQ(predictions[0][0].at("label"), "dark");
  EXPECT_EQ(predictions[1][0].at("label"), "light");
}

TEST_F(ReplicaTest, SaysWhatIsWrongWithARequest) {
  start();
  EXPECT_EQ(error_of(invoke({}, "no photo at all")), "BadPhoto");
  EXPECT_EQ(error_of(invoke({{"Content-Type", "text/csv"}}, "1,2")), "UnsupportedType");
  EXPECT_EQ(error_of(invoke({{"Accept", "text/csv"}}, photo(1))), "NotAcceptable");
  EXPECT_THAT(invoke({}, R"({"instances": [)" + as_json(0) + R"(, {"image": "AAAA"}]})").body,
              HasSubstr("photo 1: "));
  EXPECT_EQ(ask("GET", "/invocations").status, 405);
  EXPECT_EQ(ask("POST", "/ping").status, 405);
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
}

TEST_F(ReplicaTest, RefusesABodyOverItsLimit) {
  options.body_bytes_max = 1000;
  start();
  EXPECT_EQ(invoke({}, std::string(1001, 'a')).status, 413);
  http::WireClient client(server->port());
  client.send("POST /invocations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
              std::string(1001, 'a') + "\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n"), HasSubstr("413"));
}

TEST_F(ReplicaTest, ANetworkThatBreaksIsNotWell) {
  start();
  EXPECT_EQ(ask("GET", "/ping").status, 200);
  const auto response = invoke({}, photo(13));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_of(response), "ModelError");
  EXPECT_EQ(ask("GET", "/ping").status, 503);
}

TEST_F(ReplicaTest, DrainsByAnsweringWhatComesAndSayingThatNoMoreIsWanted) {
  start();
  replica->begin_drain();
  EXPECT_EQ(ask("GET", "/ping").status, 503);
  EXPECT_EQ(invoke({}, photo(1)).status, 200);
}

TEST_F(ReplicaTest, RefusesBeyondItsQueueAtOnce) {
  start(2);
  script.hold();
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  const auto send = [&] {
    clients.emplace_back([&] { good += invoke({}, photo(1)).status == 200 ? 1 : 0; });
  };
  send();
  script.wait_until_held();
  send();
  send();
  while (batcher->waiting() < 2) std::this_thread::yield();
  const auto refused = invoke({}, photo(1));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(error_of(refused), "Overloaded");
  EXPECT_EQ(base::find_field(refused.fields, "Retry-After"), "1");
  script.let_go();
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 3);
}

TEST_F(ReplicaTest, ComputesNothingForAClientThatLeft) {
  start();
  script.hold();
  std::thread first([&] { EXPECT_EQ(invoke({}, photo(1)).status, 200); });
  script.wait_until_held();
  const auto leave = [&] {
    http::WireClient leaving(server->port());
    const std::string body = photo(2);
    leaving.send("POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
    while (batcher->waiting() == 0) std::this_thread::yield();
  };
  leave();
  // The loop thread looks at all that is ready in turn: what came after the client's end was served
  // after it was seen.
  for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(ask("GET", "/ping").status, 200);
  script.forget();
  script.let_go();
  first.join();
  while (ask("GET", "/metrics").body.find("kennel_in_flight 0") == std::string::npos) {
  }
  EXPECT_THAT(script.batches(), ElementsAre());
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("kennel_errors_total{reason=\"TooLate\"} 1"));
}

TEST_F(ReplicaTest, FetchesWhatAUrlNames) {
  fetch = [](const std::string& url, const std::atomic<bool>&) -> base::Result<base::Bytes> {
    if (url == "https://dogs/light.jpg") return photo_of(255);
    return base::fail(base::ErrorKind::kNotFound, "nobody answers at " + url);
  };
  start();
  const auto good = invoke({}, R"({"url": "https://dogs/light.jpg"})");
  EXPECT_EQ(json::parse(good.body).at("predictions").at(0).at("label"), "light");
  const auto bad =
      invoke({}, R"({"instances": [{"url": "https://dogs/light.jpg"}, {"url": "x"}]})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("photo 1: nobody answers at x"));
  EXPECT_EQ(error_of(bad), "FetchFailed");
}

TEST_F(ReplicaTest, FetchesNoMoreForARequestThanABodyMayHave) {
  const std::size_t size = photo_of(255).size();
  options.body_bytes_max = 2 * size;
  fetch = [](const std::string&, const std::atomic<bool>&) -> base::Result<base::Bytes> {
    return photo_of(255);
  };
  start();
  const std::string url = R"({"url": "x"})";
  EXPECT_EQ(invoke({}, R"({"instances": [)" + url + "," + url + "]}").status, 200);
  const auto response = invoke({}, R"({"instances": [)" + url + "," + url + "," + url + "]}");
  EXPECT_EQ(error_of(response), "FetchFailed");
  EXPECT_THAT(response.body, HasSubstr("too large together"));
}

TEST_F(ReplicaTest, AFetchThatBreaksEndsItsRequestAndNothingElse) {
  fetch = [](const std::string&, const std::atomic<bool>&) -> base::Result<base::Bytes> {
    throw std::runtime_error("no certificates");
  };
  start();
  const auto response = invoke({}, R"({"url": "x"})");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_of(response), "InternalError");
  EXPECT_EQ(invoke({}, photo(1)).status, 200);
}

TEST_F(ReplicaTest, FetchesNothingUnlessItMay) {
  start();
  const auto response = invoke({}, R"({"url": "https://dogs/light.jpg"})");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(error_of(response), "FetchForbidden");
}

TEST_F(ReplicaTest, CountsForPrometheus) {
  start();
  EXPECT_EQ(invoke({}, photo(1)).status, 200);
  EXPECT_EQ(invoke({}, "none").status, 400);
  const std::string text = ask("GET", "/metrics").body;
  for (const char* line :
       {"kennel_requests_total{status=\"200\"} 1", "kennel_requests_total{status=\"400\"} 1",
        "kennel_errors_total{reason=\"BadPhoto\"} 1", "kennel_batch_photos_count 1",
        "kennel_queue_seconds_count 1", "kennel_decode_seconds_count 1",
        "kennel_inference_seconds_count 1", "kennel_in_flight 0", "kennel_waiting_photos 0",
        "kennel_ready 1", "kennel_model_info{model=\"scripted\",precision=\"f32\"} 1"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(ReplicaTest, HasAPageThatAsksNobodyElse) {
  start();
  const auto response = ask("GET", "/");
  EXPECT_EQ(base::find_field(response.fields, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(std::string(*base::find_field(response.fields, "Content-Security-Policy")),
              HasSubstr("connect-src 'self'"));
  EXPECT_THAT(response.body, HasSubstr("Drop a photo"));
  EXPECT_EQ(response.body.find("http"), std::string::npos);
}

}  // namespace
}  // namespace kennel::serving

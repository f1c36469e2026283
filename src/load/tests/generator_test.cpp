#include "load/generator.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "aio/deadline.h"
#include "http/server.h"

namespace kennel::load {
namespace {

using namespace std::chrono_literals;

// Answers after a while, and remembers what it was sent.
class Endpoint final : public http::Handler {
 public:
  explicit Endpoint(http::Response (*answer)(int number) = nullptr,
                    std::chrono::milliseconds delay = 0ms)
      : answer_(answer), delay_(delay) {}

  aio::Task<http::Response> handle(const http::RequestHead& head, http::BodyReader& body) override {
    std::string text;
    base::Bytes piece(1000);
    while (true) {
      auto reading = body.read(piece);
      const auto count = co_await std::move(reading);
      if (!count || *count == 0) break;
      text += base::as_text(base::ByteView(piece).first(*count));
    }
    ++posted_[head.method + " " + head.target + " " +
              std::string(head.find("Content-Type").value_or("")) + " " + text];
    const int number = requests_++;
    if (delay_ > 0ms) {
      auto sleeping = aio::sleep_for(delay_);
      co_await std::move(sleeping);
    }
    if (answer_ == nullptr) co_return http::Response{.body = "ok"};
    co_return answer_(number);
  }

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  // Once the server is gone.
  [[nodiscard]] const std::map<std::string, int>& posted() const { return posted_; }
  void end() { server_->drain(10s); }

 private:
  http::Response (*answer_)(int number);
  std::chrono::milliseconds delay_;
  std::map<std::string, int> posted_;
  int requests_ = 0;
  aio::Runtime runtime_{{.pool_threads = 1}};
  std::unique_ptr<http::Server> server_ = *http::Server::listen(runtime_, {}, *this);
};

Photo photo_of(const std::string& type, std::string_view content) {
  const base::ByteView bytes = base::as_bytes(content);
  return {type, base::Bytes(bytes.begin(), bytes.end())};
}

LoadOptions options_for(const Endpoint& endpoint, Plan plan) {
  LoadOptions options;
  options.url = endpoint.url() + "/invocations";
  options.photos = {photo_of("image/png", "first"), photo_of("image/webp", "second")};
  options.plan = plan;
  return options;
}

TEST(WithPath, IsTheEndpointsWhereTheUrlHasNone) {
  EXPECT_EQ(with_path("http://a:8080"), "http://a:8080/invocations");
  EXPECT_EQ(with_path("http://a:8080/"), "http://a:8080/");
  EXPECT_EQ(with_path("https://a/b?c"), "https://a/b?c");
  EXPECT_EQ(with_path("http://a?c"), "http://a?c");
}

TEST(GenerateLoad, PostsThePhotosInTurn) {
  Endpoint endpoint;
  const auto findings = generate_load(options_for(endpoint, {.warm_up = 0s, .requests = 20}));
  ASSERT_TRUE(findings) << findings.error().message;
  EXPECT_EQ(findings->tally.good(), 20U);
  EXPECT_EQ(findings->tally.failed(), 0U);
  EXPECT_EQ(findings->tally.sent_bytes(), 10U * 5 + 10U * 6);
  EXPECT_EQ(findings->tally.received_bytes(), 20U * 2);
  EXPECT_LE(findings->connections_opened, 8U);
  endpoint.end();
  EXPECT_EQ(endpoint.posted(),
            (std::map<std::string, int>{{"POST /invocations image/png first", 10},
                                        {"POST /invocations image/webp second", 10}}));
}

TEST(GenerateLoad, TellsFailuresFromGoodAnswers) {
  Endpoint endpoint(
      [](int number) { return http::Response{.status = number % 4 == 0 ? 503 : 200}; });
  const auto findings = generate_load(options_for(endpoint, {.warm_up = 0s, .requests = 40}));
  EXPECT_EQ(findings->tally.good(), 30U);
  EXPECT_EQ(findings->tally.errors(), (std::map<std::string, std::uint64_t>{{"503", 10}}));
}

TEST(GenerateLoad, OpensAConnectionForEachRequestWhereTheServerKeepsNone) {
  Endpoint endpoint([](int) {
    http::Response response;
    response.close = true;
    return response;
  });
  auto options = options_for(endpoint, {.warm_up = 0s, .requests = 10});
  options.connections = 2;
  const auto findings = generate_load(options);
  EXPECT_EQ(findings->tally.good(), 10U);
  EXPECT_EQ(findings->connections_opened, 10U);
}

TEST(GenerateLoad, CountsTimeouts) {
  Endpoint endpoint(nullptr, 300ms);
  auto options = options_for(endpoint, {.warm_up = 0s, .requests = 4});
  options.timeout = 20ms;
  const auto findings = generate_load(options);
  EXPECT_EQ(findings->tally.errors(), (std::map<std::string, std::uint64_t>{{"timeout", 4}}));
}

TEST(GenerateLoad, LetsRequestsWaitInAnOpenLoopAndCountsTheirWait) {
  Endpoint endpoint(nullptr, 60ms);
  auto options = options_for(endpoint, {.rate = 100, .warm_up = 0s, .requests = 6});
  options.connections = 1;
  const auto findings = generate_load(options);
  ASSERT_EQ(findings->tally.good(), 6U);
  // Request k is due after 10 k ms, and answered after 60 (k + 1) ms at the earliest.
  EXPECT_GE(findings->tally.latencies().min(), 60ms);
  EXPECT_GE(findings->tally.latencies().max(), 310ms);
  EXPECT_EQ(findings->connections_opened, 1U);
}

TEST(GenerateLoad, OpensMoreConnectionsInAnOpenLoopWhereItMust) {
  Endpoint endpoint(nullptr, 200ms);
  auto options = options_for(endpoint, {.rate = 200, .warm_up = 0s, .requests = 10});
  options.connections = 256;
  const auto findings = generate_load(options);
  EXPECT_EQ(findings->tally.good(), 10U);
  EXPECT_GT(findings->connections_opened, 1U);
  EXPECT_LE(findings->connections_opened, 10U);
}

TEST(GenerateLoad, TellsWhatWasDueAndNotBegun) {
  Endpoint endpoint(nullptr, 600ms);
  auto options = options_for(endpoint, {.rate = 20, .warm_up = 0s, .duration = 500ms});
  options.connections = 1;
  const auto findings = generate_load(options);
  EXPECT_EQ(findings->tally.ended(), 1U);
  EXPECT_EQ(findings->not_begun, 9U);
}

TEST(GenerateLoad, EndsWhenItIsToldTo) {
  Endpoint endpoint(nullptr, 1h);
  auto options = options_for(endpoint, {.warm_up = 0s, .duration = 1h});
  const std::atomic<bool> stop = true;
  options.stop = &stop;
  const auto findings = generate_load(options);
  EXPECT_TRUE(findings->interrupted);
  EXPECT_EQ(findings->unfinished, 8U);
  EXPECT_EQ(findings->tally.ended(), 0U);
}

TEST(GenerateLoad, SaysAtOnceThatNobodyListens) {
  std::string url;
  {
    const Endpoint endpoint;
    url = endpoint.url();
  }
  const auto findings =
      generate_load({.url = url, .photos = {photo_of("", "")}, .plan = {.requests = 1}});
  ASSERT_FALSE(findings);
  EXPECT_EQ(findings.error().kind, base::ErrorKind::kNotFound);
}

}  // namespace
}  // namespace kennel::load

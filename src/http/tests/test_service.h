// A real server on a free port, and a handler whose paths show one behaviour each.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <string>

#include "aio/completion.h"
#include "aio/on_pool.h"
#include "http/server.h"

namespace kennel::http {

// Gives `total` bytes, then the end; or an error after `error_after` of them.
class ZeroWriter final : public BodyWriter {
 public:
  explicit ZeroWriter(std::uint64_t total, std::uint64_t error_after = UINT64_MAX)
      : left_(total), error_after_(error_after) {}
  aio::Task<base::Result<std::size_t>> next(std::span<std::uint8_t> into) override {
    if (given_ >= error_after_) co_return base::fail(base::ErrorKind::kCorrupt, "a bad block");
    const std::size_t count = std::min<std::uint64_t>(left_, into.size());
    std::ranges::fill(into.first(count), std::uint8_t{0});
    left_ -= count;
    given_ += count;
    co_return count;
  }

 private:
  std::uint64_t left_;
  std::uint64_t given_ = 0;
  std::uint64_t error_after_;
};

class TestHandler final : public Handler {
 public:
  aio::Task<Response> handle(const RequestHead& head, BodyReader& body) override {
    ++requests;
    const auto found = kPaths.find(head.target);
    if (found == kPaths.end()) co_return Response{.body = head.method + " " + head.target};
    auto answering = (this->*found->second)(head, body);
    co_return co_await std::move(answering);
  }

  std::atomic<int> requests = 0;
  std::promise<std::function<void(int)>> held;  // set when /hold or /watch was asked for
  std::promise<void> gone;                      // set when a client of /watch has left

 private:
  using Answer = aio::Task<Response> (TestHandler::*)(const RequestHead&, BodyReader&);

  aio::Task<Response> echo(const RequestHead&, BodyReader& body) {
    base::Bytes buffer(1000);
    std::string text;
    while (true) {
      auto reading = body.read(buffer);
      const auto size = co_await std::move(reading);
      if (!size) co_return Response{.status = 400, .body = size.error().message};
      if (*size == 0) co_return Response{.body = text};
      text += base::as_text(base::ByteView(buffer).first(*size));
    }
  }
  aio::Task<Response> count(const RequestHead&, BodyReader& body) {
    base::Bytes buffer(64 * base::kKiB);
    std::uint64_t total = 0;
    while (true) {
      auto reading = body.read(buffer);
      const auto size = co_await std::move(reading);
      if (!size) co_return Response{.status = 400, .body = size.error().message};
      if (*size == 0) co_return Response{.body = std::to_string(total)};
      total += *size;
    }
  }
  aio::Task<Response> refuse(const RequestHead&, BodyReader&) {
    co_return Response{.status = 403, .body = "no"};
  }
  aio::Task<Response> hold(const RequestHead&, BodyReader&) {
    auto waiting = aio::wait_for_callback<int>(
        [this](std::function<void(int)> done) { held.set_value(std::move(done)); });
    const int status = co_await std::move(waiting);
    co_return Response{.status = status, .body = "held"};
  }
  aio::Task<Response> watch(const RequestHead&, BodyReader& body) {
    auto waiting = aio::wait_for_callback<int>([this, &body](const std::function<void(int)>& done) {
      body.when_gone([this, done] {
        gone.set_value();
        done(499);
      });
      held.set_value(done);
    });
    const int status = co_await std::move(waiting);
    co_return Response{.status = status, .body = "watched"};
  }
  aio::Task<Response> large(const RequestHead&, BodyReader&) {
    co_return Response{.body = std::string(300'000, 'x')};
  }
  aio::Task<Response> stream(const RequestHead&, BodyReader&) {
    Response response;
    response.stream = std::make_unique<ZeroWriter>(100 * base::kMiB);
    response.stream_length = 100 * base::kMiB;
    co_return response;
  }
  aio::Task<Response> chunks(const RequestHead&, BodyReader&) {
    Response response;
    response.stream = std::make_unique<ZeroWriter>(100'000);
    co_return response;
  }
  aio::Task<Response> torn(const RequestHead& head, BodyReader&) {
    Response response;
    response.stream = std::make_unique<ZeroWriter>(1'000'000, 100'000);
    if (head.find("X-Length")) response.stream_length = 1'000'000;
    co_return response;
  }
  aio::Task<Response> nothing(const RequestHead&, BodyReader&) {
    co_return Response{.status = 204, .body = "not to be sent"};
  }
  aio::Task<Response> only_length(const RequestHead&, BodyReader&) {
    Response response;
    response.stream_length = 12345;
    co_return response;
  }
  aio::Task<Response> fields(const RequestHead& head, BodyReader&) {
    co_return Response{.body = head.peer_address + (head.tls ? " tls" : " plain")};
  }

  const std::map<std::string, Answer> kPaths = {
      {"/echo", &TestHandler::echo},       {"/count", &TestHandler::count},
      {"/refuse", &TestHandler::refuse},   {"/hold", &TestHandler::hold},
      {"/large", &TestHandler::large},     {"/stream", &TestHandler::stream},
      {"/chunks", &TestHandler::chunks},   {"/torn", &TestHandler::torn},
      {"/nothing", &TestHandler::nothing}, {"/only-length", &TestHandler::only_length},
      {"/who", &TestHandler::fields},      {"/watch", &TestHandler::watch},
  };
};

struct TestService {
  explicit TestService(ServerOptions options = {})
      : server(*Server::listen(runtime, std::move(options), handler)) {}

  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] std::string url(const std::string& path, bool tls = false) const {
    return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) + path;
  }

  TestHandler handler;
  aio::Runtime runtime{{.pool_threads = 1}};
  std::unique_ptr<Server> server;
};

}  // namespace kennel::http

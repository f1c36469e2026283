#include "http/response_reader.h"

#include <limits>

#include "http/chunked.h"

namespace kennel::http {

namespace {

constexpr std::size_t kHeadBytesMax = 64 * base::kKiB;
// The client has one moment for the whole of an exchange; no wait of it has its own.
constexpr auto kNoTimeout = Transport::Timeout::max();

ClientError malformed(base::Error error) {
  return {ClientErrorKind::kMalformed, std::move(error.message)};
}

}  // namespace

ResponseReader::ResponseReader(Transport& transport, Input& input, std::size_t body_bytes_max)
    : transport_(transport), input_(input), body_bytes_max_(body_bytes_max) {
  begun_ = !input.pending().empty();
}

tl::unexpected<ClientError> ResponseReader::too_large() const {
  return fail(ClientErrorKind::kTooLarge,
              "the answer is longer than " + base::to_human_size(body_bytes_max_));
}

aio::Task<ClientResult<std::size_t>> ResponseReader::read_some(std::span<std::uint8_t> into) {
  auto reading = transport_.read(into, kNoTimeout);
  const std::size_t count = co_await std::move(reading);
  begun_ = begun_ || count > 0;
  if (count == 0 && !transport_.complaint().empty()) {
    co_return fail(ClientErrorKind::kReset, "the connection broke: " + transport_.complaint());
  }
  co_return count;
}

aio::Task<ClientResult<void>> ResponseReader::need_more() {
  auto reading = read_some(input_.room());
  KENNEL_CO_TRY(const std::size_t count, co_await std::move(reading));
  input_.added(count);
  if (count > 0) co_return ClientResult<void>();
  co_return fail(ClientErrorKind::kClosed, "the server closed before its answer was complete");
}

aio::Task<ClientResult<ResponseHead>> ResponseReader::read_head() {
  while (true) {
    const std::string_view pending = input_.pending();
    const std::size_t end = pending.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      auto head = parse_response_head(pending.substr(0, end + 4));
      if (!head) co_return tl::unexpected(malformed(std::move(head).error()));
      input_.consume(end + 4);
      if (head->status >= 200) co_return *std::move(head);
      continue;
    }
    if (pending.size() > kHeadBytesMax) {
      co_return fail(ClientErrorKind::kTooLarge, "the head of the answer is too long");
    }
    auto reading = need_more();
    KENNEL_CO_TRY_VOID(co_await std::move(reading));
  }
}

aio::Task<ClientResult<std::string>> ResponseReader::read_body(ResponseHead head) {
  if (head.has_no_body()) co_return "";
  if (head.chunked) {
    auto reading = read_chunks();
    co_return co_await std::move(reading);
  }
  if (head.length) {
    auto reading = read_by_length(*head.length);
    co_return co_await std::move(reading);
  }
  auto reading = read_to_the_end();
  co_return co_await std::move(reading);
}

aio::Task<ClientResult<std::string>> ResponseReader::read_by_length(std::uint64_t length) {
  if (length > body_bytes_max_) co_return too_large();
  std::string body(input_.pending().substr(0, length));
  input_.consume(body.size());
  std::size_t filled = body.size();
  body.resize(length);
  while (filled < length) {
    auto reading = read_some(std::span(reinterpret_cast<std::uint8_t*>(body.data()) + filled,
                                       static_cast<std::size_t>(length) - filled));
    KENNEL_CO_TRY(const std::size_t count, co_await std::move(reading));
    if (count == 0) {
      co_return fail(ClientErrorKind::kClosed, "the server closed before its answer was complete");
    }
    filled += count;
  }
  co_return body;
}

aio::Task<ClientResult<std::string>> ResponseReader::read_chunks() {
  ChunkDecoder decoder;
  std::string body;
  while (true) {
    if (input_.pending().empty()) {
      auto reading = need_more();
      KENNEL_CO_TRY_VOID(co_await std::move(reading));
    }
    const auto step = decoder.decode(input_.pending(), std::numeric_limits<std::size_t>::max());
    if (!step) co_return tl::unexpected(malformed(step.error()));
    body += step->data;
    if (body.size() > body_bytes_max_) co_return too_large();
    input_.consume(step->consumed);
    if (decoder.done()) co_return body;
  }
}

aio::Task<ClientResult<std::string>> ResponseReader::read_to_the_end() {
  std::string body;
  while (true) {
    body += input_.pending();
    input_.consume(input_.pending().size());
    if (body.size() > body_bytes_max_) co_return too_large();
    auto reading = read_some(input_.room());
    KENNEL_CO_TRY(const std::size_t count, co_await std::move(reading));
    if (count == 0) co_return body;
    input_.added(count);
  }
}

}  // namespace kennel::http

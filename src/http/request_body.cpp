#include "http/request_body.h"

#include <array>
#include <cstring>

namespace kennel::http {

namespace {

using base::ErrorKind;

constexpr std::uint64_t kSkippedBytesMax = 64 * base::kKiB;

// What must come within one grace.
std::uint64_t pace_bytes(const ServerOptions& options) {
  const auto grace = std::chrono::duration<double>(options.body_grace).count();
  return static_cast<std::uint64_t>(grace * static_cast<double>(options.body_bytes_per_second_min));
}

}  // namespace

RequestBody::RequestBody(Transport& transport, Input& input, const ServerOptions& options,
                         const ParsedHead& head)
    : transport_(transport),
      input_(input),
      options_(options),
      length_(head.chunked ? std::nullopt : std::optional(head.length.value_or(0))),
      chunked_(head.chunked),
      continue_pending_(head.expects_continue),
      left_(head.length.value_or(0)),
      patience_left_(options.body_grace),
      pace_bytes_left_(pace_bytes(options)) {}

bool RequestBody::complete() const { return chunked_ ? decoder_.done() : left_ == 0; }

bool RequestBody::can_be_skipped() {
  if (broken_ || (continue_pending_ && input_.pending().empty())) return false;
  if (!chunked_) return left_ <= kSkippedBytesMax;
  while (!decoder_.done() && !input_.pending().empty()) {
    const auto step = decoder_.decode(input_.pending(), kSkippedBytesMax);
    if (!step) return !(broken_ = true);
    input_.consume(step->consumed);
  }
  return decoder_.done();
}

aio::Task<bool> RequestBody::skip() {
  std::array<std::uint8_t, 4 * base::kKiB> forgotten;
  while (!complete()) {
    auto reading = read(forgotten);
    const auto count = co_await std::move(reading);
    if (!count) co_return false;
  }
  co_return true;
}

aio::Task<base::Result<std::size_t>> RequestBody::read(std::span<std::uint8_t> into) {
  base::check(!into.empty(), "a read has room");
  if (broken_) co_return base::fail(ErrorKind::kInterrupted, "the request's body broke off");
  // Also where nothing is to come: botocore of the aws CLI waits for it all the same.
  if (continue_pending_) {
    auto asking = ask_for_it();
    const auto asked = co_await std::move(asking);
    if (!asked) co_return tl::unexpected(asked.error());
  }
  if (complete()) co_return 0;
  auto reading = chunked_ ? read_chunks(into) : read_by_length(into);
  co_return co_await std::move(reading);
}

void RequestBody::when_gone(std::function<void()> on_gone) {
  // Bytes that came already are a next request.
  if (input_.pending().empty()) transport_.watch(std::move(on_gone));
}

aio::Task<base::Result<void>> RequestBody::ask_for_it() {
  continue_pending_ = false;
  if (!input_.pending().empty()) co_return base::Result<void>{};  // it is on its way already
  auto writing = transport_.write("HTTP/1.1 100 Continue\r\n\r\n", {}, options_.write_timeout);
  const bool written = co_await std::move(writing);
  if (!written) {
    co_return break_off({ErrorKind::kInterrupted, "the client went away before it sent a body"});
  }
  co_return base::Result<void>{};
}

aio::Task<base::Result<std::size_t>> RequestBody::read_by_length(std::span<std::uint8_t> into) {
  const std::size_t wanted = std::min<std::uint64_t>(left_, into.size());
  const std::string_view pending = input_.pending().substr(0, wanted);
  if (!pending.empty()) {
    std::memcpy(into.data(), pending.data(), pending.size());
    left_ -= pending.size();
    const std::size_t count = pending.size();
    input_.consume(count);
    co_return count;
  }
  auto receiving = receive(into.first(wanted));
  const auto count = co_await std::move(receiving);
  if (count) left_ -= *count;
  co_return count;
}

aio::Task<base::Result<std::size_t>> RequestBody::read_chunks(std::span<std::uint8_t> into) {
  while (!decoder_.done()) {
    if (input_.pending().empty() && decoder_.data_left() > 0) {
      auto receiving =
          receive(into.first(std::min<std::uint64_t>(decoder_.data_left(), into.size())));
      const auto count = co_await std::move(receiving);
      if (count) decoder_.skip_data(*count);
      co_return count;
    }
    if (input_.pending().empty()) {
      auto receiving = receive_more_input();
      const auto received = co_await std::move(receiving);
      if (!received) co_return tl::unexpected(received.error());
    }
    const auto step = decoder_.decode(input_.pending(), into.size());
    if (!step) co_return break_off(step.error());
    if (!step->data.empty()) std::memcpy(into.data(), step->data.data(), step->data.size());
    const std::size_t count = step->data.size();
    input_.consume(step->consumed);
    if (count > 0) co_return count;
  }
  co_return 0;
}

aio::Task<base::Result<void>> RequestBody::receive_more_input() {
  auto receiving = receive(input_.room());
  const auto count = co_await std::move(receiving);
  if (!count) co_return tl::unexpected(count.error());
  input_.added(*count);
  co_return base::Result<void>{};
}

aio::Task<base::Result<std::size_t>> RequestBody::receive(std::span<std::uint8_t> into) {
  const auto start = std::chrono::steady_clock::now();
  auto reading = transport_.read(into, patience_left_);
  const std::size_t count = co_await std::move(reading);
  if (count == 0) {
    co_return break_off({ErrorKind::kInterrupted, transport_.timed_out()
                                                      ? "the client sends its body too slowly"
                                                      : "the client went away within its body"});
  }
  patience_left_ -= std::chrono::steady_clock::now() - start;
  count_towards_pace(count);
  co_return count;
}

void RequestBody::count_towards_pace(std::size_t bytes) {
  if (bytes < pace_bytes_left_) {
    pace_bytes_left_ -= bytes;
    return;
  }
  patience_left_ = options_.body_grace;
  pace_bytes_left_ = pace_bytes(options_);
}

tl::unexpected<base::Error> RequestBody::break_off(base::Error error) {
  broken_ = true;
  return tl::unexpected(std::move(error));
}

}  // namespace kennel::http

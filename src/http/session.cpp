#include "http/session.h"

#include <algorithm>

namespace kennel::http {

namespace {

constexpr std::size_t kPieceBytes = 256 * base::kKiB;
constexpr std::size_t kJoinedBytesMax = 16 * base::kKiB;  // a body that is copied behind its head
constexpr std::size_t kKeptOutputBytes = 32 * base::kKiB;
// How long a client may take to see that we closed: it is not to lose an answer because of bytes
// that it was still sending. Where all it sent was read, only a next request can be under way.
constexpr auto kLinger = std::chrono::seconds(2);
constexpr auto kShortLinger = std::chrono::milliseconds(300);
constexpr int kNobodyThere = 0;  // in place of a status: the client left, nobody reads an answer

tl::unexpected<HeadError> head_error(int status, std::string message) {
  return tl::unexpected(HeadError{status, std::move(message)});
}

}  // namespace

Session::Session(SessionContext& context, boost::asio::ip::tcp::socket socket,
                 std::string peer_address)
    : context_(context), peer_address_(std::move(peer_address)), transport_(std::move(socket)) {}

aio::Task<> Session::run() {
  auto opening = open();
  bool going_on = co_await std::move(opening);
  while (going_on) {
    auto serving = serve_one();
    going_on = co_await std::move(serving);
  }
  idle_ = false;
  auto closing = transport_.close_gracefully(linger_.value_or(kLinger));
  co_await std::move(closing);
}

// Whether requests can be read.
aio::Task<bool> Session::open() {
  if (!context_.tls) co_return true;
  auto peeking = transport_.peek_is_tls(context_.options.head_timeout);
  const std::optional<bool> is_tls = co_await std::move(peeking);
  if (!is_tls) co_return false;
  idle_ = false;
  if (*is_tls) {
    is_tls_ = true;
    auto accepting = transport_.accept_tls(context_.tls.get(), context_.options.head_timeout);
    co_return co_await std::move(accepting);
  }
  if (context_.options.plain) co_return true;
  auto refusing = refuse({400, "this port speaks TLS only: use https:// instead of http://"});
  co_return co_await std::move(refusing);
}

aio::Task<std::size_t> Session::read_more(Transport::Timeout timeout) {
  auto reading = transport_.read(input_.room(), timeout);
  const std::size_t count = co_await std::move(reading);
  input_.added(count);
  co_return count;
}

aio::Task<HeadResult<ParsedHead>> Session::read_head() {
  const ServerOptions& options = context_.options;
  const HeadLimits limits{.bytes_max = options.head_bytes_max,
                          .fields_max = options.fields_max,
                          .target_bytes_max = options.target_bytes_max};
  std::size_t searched = 0;
  std::optional<std::chrono::steady_clock::time_point> end_at;
  while (true) {
    const std::string_view pending = input_.pending();
    if (const auto end = find_head_end(pending, searched)) {
      auto parsed = parse_head(pending.substr(0, *end), limits);
      input_.consume(*end);
      co_return parsed;
    }
    if (pending.size() >= limits.bytes_max) {
      co_return head_error(
          431, "the head is longer than " + std::to_string(limits.bytes_max) + " bytes");
    }
    searched = pending.size();
    const auto now = std::chrono::steady_clock::now();
    if (!pending.empty() && !end_at) end_at = now + options.head_timeout;
    idle_ = pending.empty();
    Transport::Timeout timeout = first_ ? options.head_timeout : options.idle_timeout;
    if (idle_ && context_.draining_until) {
      timeout = *context_.draining_until - now;
      if (timeout <= Transport::Timeout(0)) co_return head_error(kNobodyThere, "");
    }
    if (end_at) timeout = *end_at - now;
    auto reading = read_more(timeout);
    const std::size_t count = co_await std::move(reading);
    const bool nobody = count == 0 && (idle_ || !transport_.timed_out());
    idle_ = false;
    if (nobody) co_return head_error(kNobodyThere, "");
    if (count == 0) co_return head_error(408, "the head of the request came too slowly");
  }
}

// Whether another request may follow.
aio::Task<bool> Session::serve_one() {
  auto reading = read_head();
  HeadResult<ParsedHead> parsed = co_await std::move(reading);
  if (!parsed) {
    auto refusing = refuse(std::move(parsed).error());
    co_return co_await std::move(refusing);
  }
  first_ = false;
  Request request{.parsed = *std::move(parsed)};
  request.parsed.head.peer_address = peer_address_;
  request.parsed.head.tls = is_tls_;
  RequestBody body(transport_, input_, context_.options, request.parsed);
  auto handling = context_.handler.handle(request.parsed.head, body);
  Response response = co_await std::move(handling);
  transport_.stop_watching();
  request.framing = choose_framing(response, request.parsed.http_1_0);
  request.keep_alive = request.parsed.keep_alive && !response.close && !context_.draining_until &&
                       request.framing != BodyFraming::kUntilClose && body.can_be_skipped();
  auto answering = answer(request, response);
  const bool sent = co_await std::move(answering);
  if (!sent || !request.keep_alive) {
    if (body.complete()) linger_ = request.parsed.keep_alive ? kShortLinger : Transport::Timeout(0);
    co_return false;
  }
  auto skipping = body.skip();
  const bool skipped = co_await std::move(skipping);
  input_.shrink_if_empty();
  co_return skipped;
}

aio::Task<bool> Session::refuse(HeadError error) {
  if (error.status == kNobodyThere) co_return false;
  Response response{.status = error.status, .body = std::move(error.message)};
  response.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body += "\n";
  const Request request;
  auto answering = answer(request, response);
  const bool sent = co_await std::move(answering);
  static_cast<void>(sent);
  co_return false;
}

void Session::begin_answer(const Request& request, const Response& response) {
  out_.clear();
  append_head(out_, response,
              {.framing = request.framing,
               .http_1_0 = request.parsed.http_1_0,
               .keep_alive = request.keep_alive,
               .date = context_.date.at(std::time(nullptr)),
               .server_name = context_.options.server_name});
}

aio::Task<bool> Session::answer(const Request& request, Response& response) {
  begin_answer(request, response);
  if (request.framing == BodyFraming::kNone || request.parsed.head.method == "HEAD") {
    auto writing = write(out_);
    co_return co_await std::move(writing);
  }
  if (!response.stream) {
    auto sending = send_body(response.body);
    co_return co_await std::move(sending);
  }
  auto streaming = send_stream(response, request.framing == BodyFraming::kChunked);
  const bool sent = co_await std::move(streaming);
  if (!sent) transport_.reset();
  co_return sent;
}

aio::Task<bool> Session::send_body(std::string_view body) {
  if (body.size() <= kJoinedBytesMax) {
    out_ += body;
    body = {};
  }
  auto writing = write(out_, body);
  co_return co_await std::move(writing);
}

// The head goes out with the first piece where the length is known, and at once where the answer
// may be one that grows while the client watches.
aio::Task<bool> Session::send_stream(Response& response, bool chunked) {
  std::uint64_t left = response.stream_length.value_or(UINT64_MAX);
  const std::size_t room = std::min<std::uint64_t>(left, kPieceBytes);
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(room);
  const std::span piece(buffer.get(), room);
  if (!response.stream_length) {
    auto writing = write(out_);
    const bool written = co_await std::move(writing);
    if (!written) co_return false;
    out_.clear();
  }
  while (left > 0) {
    auto filling = response.stream->next(piece.first(std::min<std::uint64_t>(left, room)));
    const auto count = co_await std::move(filling);
    if (!count) co_return false;
    if (*count == 0) break;
    left -= *count;
    if (chunked) append_chunk_size(out_, *count);
    auto writing = write(out_, base::as_text(piece.first(*count)));
    const bool written = co_await std::move(writing);
    if (!written) co_return false;
    out_ = chunked ? "\r\n" : "";
  }
  if (response.stream_length && left > 0) co_return false;
  if (chunked) out_ += "0\r\n\r\n";
  auto writing = write(out_);
  co_return co_await std::move(writing);
}

aio::Task<bool> Session::write(std::string_view first, std::string_view second) {
  auto writing = transport_.write(first, second, context_.options.write_timeout);
  const bool written = co_await std::move(writing);
  if (out_.capacity() > kKeptOutputBytes) std::string().swap(out_);
  co_return written;
}

}  // namespace kennel::http

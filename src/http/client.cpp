#include "http/client.h"

#include <array>

#include "http/chunked.h"
#include "http/client_connection.h"
#include "http/response_head.h"
#include "http/url.h"

namespace kennel::http {

namespace {

using base::ErrorKind;

constexpr std::size_t kHeadBytesMax = 64 * base::kKiB;

std::string make_request(const ClientRequest& request, const Url& url) {
  std::string text = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority;
  for (const base::Field& field : request.fields) text += "\r\n" + field.name + ": " + field.value;
  if (!request.body.empty()) text += "\r\nContent-Length: " + std::to_string(request.body.size());
  return text + "\r\nConnection: close\r\n\r\n" + request.body;
}

// What came and was not looked at yet, and a way to more of it.
struct Source {
  ClientConnection& connection;
  std::string pending;

  // 0: the end.
  base::Result<std::size_t> read_more() {
    std::array<char, 16 * base::kKiB> piece;
    KENNEL_TRY(const std::size_t count, connection.read(piece));
    pending.append(piece.data(), count);
    return count;
  }

  base::Result<void> need_more() {
    KENNEL_TRY(const std::size_t count, read_more());
    if (count > 0) return {};
    return base::fail(ErrorKind::kInterrupted, "the server closed before its answer was complete");
  }
};

base::Result<ResponseHead> read_head(Source& source) {
  while (true) {
    const std::size_t end = source.pending.find("\r\n\r\n");
    if (end != std::string::npos) {
      KENNEL_TRY(ResponseHead head,
                 parse_response_head(std::string_view(source.pending).substr(0, end + 4)));
      source.pending.erase(0, end + 4);
      if (head.status >= 200) return head;
      continue;  // 100 Continue and its kind: the answer is still to come
    }
    if (source.pending.size() > kHeadBytesMax) {
      return base::fail(ErrorKind::kTooLarge, "the head of the answer is too long");
    }
    KENNEL_TRY_VOID(source.need_more());
  }
}

tl::unexpected<base::Error> too_large(std::size_t limit) {
  return base::fail(ErrorKind::kTooLarge,
                    "the answer is longer than " + base::to_human_size(limit));
}

base::Result<std::string> read_chunks(Source& source, std::size_t limit) {
  ChunkDecoder decoder;
  std::string body;
  while (true) {
    if (source.pending.empty()) KENNEL_TRY_VOID(source.need_more());
    KENNEL_TRY(const auto step, decoder.decode(source.pending, SIZE_MAX));
    body += step.data;
    if (body.size() > limit) return too_large(limit);
    source.pending.erase(0, step.consumed);
    if (decoder.done()) return body;
  }
}

base::Result<std::string> read_by_length(Source& source, std::uint64_t length, std::size_t limit) {
  if (length > limit) return too_large(limit);
  while (source.pending.size() < length) KENNEL_TRY_VOID(source.need_more());
  return source.pending.substr(0, length);
}

base::Result<std::string> read_to_the_end(Source& source, std::size_t limit) {
  while (true) {
    if (source.pending.size() > limit) return too_large(limit);
    KENNEL_TRY(const std::size_t count, source.read_more());
    if (count == 0) return std::move(source.pending);
  }
}

base::Result<std::string> read_body(Source& source, const ClientRequest& request,
                                    const ResponseHead& head) {
  if (request.method == "HEAD" || head.status == 204 || head.status == 304) return "";
  if (head.chunked) return read_chunks(source, request.body_bytes_max);
  if (head.length) return read_by_length(source, *head.length, request.body_bytes_max);
  return read_to_the_end(source, request.body_bytes_max);
}

}  // namespace

base::Result<ClientResponse> fetch(const ClientRequest& request) {
  KENNEL_TRY(const Url url, parse_url(request.url));
  KENNEL_TRY(const auto connection,
             ClientConnection::open(url, request.ca_file,
                                    std::chrono::steady_clock::now() + request.timeout));
  KENNEL_TRY_VOID(connection->write(make_request(request, url)));
  Source source{.connection = *connection};
  KENNEL_TRY(ResponseHead head, read_head(source));
  KENNEL_TRY(std::string body, read_body(source, request, head));
  return ClientResponse{
      .status = head.status, .fields = std::move(head.fields), .body = std::move(body)};
}

}  // namespace kennel::http

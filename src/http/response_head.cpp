#include "http/response_head.h"

#include <algorithm>

#include "http/grammar.h"
#include "http/keep_alive.h"

namespace kennel::http {

namespace {

constexpr std::size_t kFieldsMax = 200;

tl::unexpected<base::Error> refuse(std::string message) {
  return base::fail(base::ErrorKind::kInvalid, "the server's answer: " + std::move(message));
}

base::Result<int> parse_status_line(std::string_view line) {
  const bool known = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  const auto status = parse_number(line.substr(std::min<std::size_t>(9, line.size()), 3), 10);
  const bool ended = line.size() == 12 || (line.size() > 12 && line[12] == ' ');
  if (!known || !status || *status < 100 || !ended) return refuse("no status line of HTTP/1.1");
  return static_cast<int>(*status);
}

base::Result<base::Field> parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse("a line that is no header field");
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!std::ranges::all_of(value, is_value_char)) return refuse("a control character in a field");
  return base::Field{std::string(line.substr(0, colon)), std::string(value)};
}

// Of several lengths all must be the same: what two readers would read differently is refused.
base::Result<void> read_length(ResponseHead& head) {
  for (const base::Field& field : head.fields) {
    if (!base::equals_ignoring_case(field.name, "Content-Length")) continue;
    const auto length = parse_number(field.value, 10);
    if (!length) return refuse("a Content-Length that is no number");
    if (head.length && head.length != length) return refuse("two different Content-Lengths");
    head.length = length;
  }
  return {};
}

base::Result<void> read_framing(ResponseHead& head, bool http_1_0) {
  KENNEL_TRY_VOID(read_length(head));
  head.keep_alive = asks_to_keep_alive(head.fields, http_1_0);
  for (const base::Field& field : head.fields) {
    if (!base::equals_ignoring_case(field.name, "Transfer-Encoding")) continue;
    const bool known = base::equals_ignoring_case(field.value, "chunked");
    if (!known || head.chunked) return refuse("an unknown coding");
    head.chunked = true;
  }
  if (!head.chunked) return {};
  // A server of which this is doubtful may mean another end than we (RFC 9112, section 6.1).
  if (head.length || http_1_0) head.keep_alive = false;
  head.length.reset();
  return {};
}

}  // namespace

base::Result<ResponseHead> parse_response_head(std::string_view block) {
  ResponseHead head;
  const bool http_1_0 = block.starts_with("HTTP/1.0 ");
  bool first = true;
  while (true) {
    const std::size_t end = block.find("\r\n");
    if (end == std::string_view::npos) return refuse("a head without end");
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(end + 2);
    if (first) {
      KENNEL_TRY(head.status, parse_status_line(line));
    } else if (line.empty()) {
      break;
    } else {
      if (head.fields.size() == kFieldsMax) return refuse("too many header fields");
      KENNEL_TRY(base::Field field, parse_field(line));
      head.fields.push_back(std::move(field));
    }
    first = false;
  }
  KENNEL_TRY_VOID(read_framing(head, http_1_0));
  return head;
}

}  // namespace kennel::http

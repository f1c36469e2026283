#include "http/response_head.h"

#include <algorithm>

#include "http/grammar.h"

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

base::Result<void> read_framing(ResponseHead& head) {
  if (const auto coding = base::find_field(head.fields, "Transfer-Encoding")) {
    if (!base::equals_ignoring_case(*coding, "chunked")) return refuse("an unknown coding");
    head.chunked = true;
  } else if (const auto length = base::find_field(head.fields, "Content-Length")) {
    head.length = parse_number(*length, 10);
    if (!head.length) return refuse("a Content-Length that is no number");
  }
  return {};
}

}  // namespace

base::Result<ResponseHead> parse_response_head(std::string_view block) {
  ResponseHead head;
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
  KENNEL_TRY_VOID(read_framing(head));
  return head;
}

}  // namespace kennel::http

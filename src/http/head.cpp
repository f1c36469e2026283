#include "http/head.h"

#include <cstdio>
#include <utility>

#include "http/grammar.h"
#include "http/keep_alive.h"

namespace kennel::http {

namespace {

constexpr std::size_t kMethodBytesMax = 32;
constexpr std::size_t kQuotedBytesMax = 60;

tl::unexpected<HeadError> refuse(int status, std::string message) {
  return tl::unexpected(HeadError{status, std::move(message)});
}

// A foreign value in a message: short, and printable.
std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text.substr(0, kQuotedBytesMax)) {
    if (letter >= 0x20 && letter < 0x7f) {
      quoted += letter;
    } else {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(letter));
      quoted += escaped;
    }
  }
  return quoted + (text.size() > kQuotedBytesMax ? "...\"" : "\"");
}

// The next line without its end; moves `rest` behind it.
HeadResult<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return refuse(400, "the head has no end");
  if (end == 0 || rest[end - 1] != '\r') {
    return refuse(400, "a line of the head ends with LF alone; lines end with CRLF");
  }
  const std::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

HeadResult<bool> parse_is_1_0(std::string_view version) {
  if (version == "HTTP/1.1") return false;
  if (version == "HTTP/1.0") return true;
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return refuse(400, quote(version) + " is no HTTP version");
  return refuse(505, quote(version) + " is not spoken here; use HTTP/1.1");
}

bool is_target_char(char letter) { return letter > 0x20 && letter < 0x7f && letter != '#'; }

HeadResult<void> check_target(std::string_view method, std::string_view target,
                              const HeadLimits& limits) {
  if (target.size() > limits.target_bytes_max) {
    return refuse(
        414, "the target is longer than " + std::to_string(limits.target_bytes_max) + " bytes");
  }
  if (!std::ranges::all_of(target, is_target_char)) {
    return refuse(
        400, "the target " + quote(target) + " holds a character that must be percent-encoded");
  }
  if (target.starts_with('/') || (target == "*" && method == "OPTIONS")) return {};
  return refuse(400, "the target " + quote(target) + " does not begin with /");
}

HeadResult<void> parse_request_line(std::string_view line, const HeadLimits& limits,
                                    ParsedHead& parsed) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(400, quote(line) + " is no request line: METHOD TARGET HTTP/1.1");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return refuse(400, quote(method) + " is no method");
  if (method.size() > kMethodBytesMax) return refuse(501, quote(method) + " is not known");
  KENNEL_TRY_VOID(check_target(method, target, limits));
  KENNEL_TRY(parsed.http_1_0, parse_is_1_0(line.substr(last + 1)));
  parsed.head.method = method;
  parsed.head.target = target;
  return {};
}

HeadResult<base::Field> parse_field(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) {
    return refuse(400, "a header field is folded over several lines");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, quote(line) + " is no header field");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return refuse(400, quote(name) + " is no name of a header field");
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!std::ranges::all_of(value, is_value_char)) {
    return refuse(400, "the header field " + quote(name) + " holds a control character");
  }
  return base::Field{std::string(name), std::string(value)};
}

HeadResult<void> parse_fields(std::string_view rest, const HeadLimits& limits,
                              base::Fields& fields) {
  while (true) {
    KENNEL_TRY(const std::string_view line, take_line(rest));
    if (line.empty()) break;
    if (fields.size() == limits.fields_max) {
      return refuse(431, "more than " + std::to_string(limits.fields_max) + " header fields");
    }
    KENNEL_TRY(base::Field field, parse_field(line));
    fields.push_back(std::move(field));
  }
  if (!rest.empty()) return refuse(400, "there is more after the head's empty line");
  return {};
}

// The field's value; an error where it is there twice.
HeadResult<std::optional<std::string_view>> find_single(const base::Fields& fields,
                                                        std::string_view name) {
  std::optional<std::string_view> found;
  for (const base::Field& field : fields) {
    if (!base::equals_ignoring_case(field.name, name)) continue;
    if (found) return refuse(400, std::string(name) + " is there more than once");
    found = field.value;
  }
  return found;
}

HeadResult<void> parse_length(std::string_view value, ParsedHead& parsed) {
  if (value.empty() || !std::ranges::all_of(value, is_digit)) {
    return refuse(400, "Content-Length " + quote(value) + " is no number");
  }
  const auto length = parse_number(value, 10);
  if (!length || *length > INT64_MAX) {
    return refuse(413, "Content-Length " + quote(value) + " is beyond every limit");
  }
  parsed.length = length;
  return {};
}

HeadResult<void> parse_framing(ParsedHead& parsed) {
  const base::Fields& fields = parsed.head.fields;
  KENNEL_TRY(const auto length, find_single(fields, "Content-Length"));
  KENNEL_TRY(const auto coding, find_single(fields, "Transfer-Encoding"));
  if (length && coding) return refuse(400, "both Content-Length and Transfer-Encoding are there");
  if (length) return parse_length(*length, parsed);
  if (!coding) return {};
  if (parsed.http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  if (!base::equals_ignoring_case(*coding, "chunked")) {
    return refuse(501, "Transfer-Encoding " + quote(*coding) + " is not supported; use chunked");
  }
  parsed.chunked = true;
  return {};
}

bool is_host_char(char letter) {
  return is_alphanumeric(letter) ||
         std::string_view("-._~:[]%").find(letter) != std::string_view::npos;
}

HeadResult<void> check_host(const ParsedHead& parsed) {
  KENNEL_TRY(const auto host, find_single(parsed.head.fields, "Host"));
  if (!host) {
    if (parsed.http_1_0) return {};
    return refuse(400, "HTTP/1.1 needs a Host");
  }
  if (host->empty() || !std::ranges::all_of(*host, is_host_char)) {
    return refuse(400, "Host " + quote(*host) + " is no host name");
  }
  return {};
}

HeadResult<void> parse_expectation(ParsedHead& parsed) {
  if (parsed.http_1_0) return {};  // RFC 9110, section 10.1.1: to be ignored
  KENNEL_TRY(const auto expect, find_single(parsed.head.fields, "Expect"));
  if (!expect) return {};
  if (!base::equals_ignoring_case(*expect, "100-continue")) {
    return refuse(417, "Expect " + quote(*expect) + " cannot be met; only 100-continue can");
  }
  parsed.expects_continue = parsed.chunked || parsed.length.has_value();
  return {};
}

}  // namespace

std::optional<std::size_t> find_head_end(std::string_view bytes, std::size_t searched) {
  // The end of a line may lie on both sides of where the last search stopped.
  std::size_t from = searched < 3 ? 0 : searched - 3;
  while (true) {
    const std::size_t line_feed = bytes.find('\n', from);
    if (line_feed == std::string_view::npos) return std::nullopt;
    const std::size_t end = line_feed + 1;
    const bool bare = line_feed == 0 || bytes[line_feed - 1] != '\r';
    const bool empty = line_feed == 1 || (line_feed >= 3 && bytes[line_feed - 2] == '\n');
    if (bare || empty) return end;
    from = end;
  }
}

HeadResult<ParsedHead> parse_head(std::string_view block, const HeadLimits& limits) {
  if (block.size() > limits.bytes_max) {
    return refuse(431, "the head is longer than " + std::to_string(limits.bytes_max) + " bytes");
  }
  ParsedHead parsed;
  std::string_view rest = block;
  KENNEL_TRY(const std::string_view line, take_line(rest));
  KENNEL_TRY_VOID(parse_request_line(line, limits, parsed));
  KENNEL_TRY_VOID(parse_fields(rest, limits, parsed.head.fields));
  KENNEL_TRY_VOID(parse_framing(parsed));
  KENNEL_TRY_VOID(check_host(parsed));
  KENNEL_TRY_VOID(parse_expectation(parsed));
  parsed.keep_alive = asks_to_keep_alive(parsed.head.fields, parsed.http_1_0);
  return parsed;
}

}  // namespace kennel::http

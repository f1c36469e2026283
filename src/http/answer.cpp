#include "http/answer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/grammar.h"

namespace kennel::http {

namespace {

constexpr std::array<std::string_view, 5> kOwnFields = {"Content-Length", "Transfer-Encoding",
                                                        "Connection", "Date", "Keep-Alive"};

struct Reason {
  int status;
  std::string_view phrase;
};

// RFC 9110, section 15, and RFC 6585.
constexpr auto kReasons = std::to_array<Reason>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {424, "Failed Dependency"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

void append_number(std::string& out, std::uint64_t number, int base) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const std::size_t from = out.size();
  out.append(value);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
      [](char letter) { return !is_value_char(letter); }, ' ');
  out.append("\r\n");
}

bool is_handlers_own(const base::Field& field) {
  const bool ours = std::ranges::any_of(kOwnFields, [&](std::string_view name) {
    return base::equals_ignoring_case(field.name, name);
  });
  return !ours && is_token(field.name);
}

void append_framing(std::string& out, const Response& response, BodyFraming framing) {
  if (framing == BodyFraming::kLength) {
    out.append("Content-Length: ");
    append_number(out, body_length(response), 10);
    out.append("\r\n");
  } else if (framing == BodyFraming::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

}  // namespace

BodyFraming choose_framing(const Response& response, bool http_1_0) {
  if (response.status < 200 || response.status == 204 || response.status == 304) {
    return BodyFraming::kNone;
  }
  if (!response.stream || response.stream_length) return BodyFraming::kLength;
  return http_1_0 ? BodyFraming::kUntilClose : BodyFraming::kChunked;
}

// An answer to HEAD may tell a length without a stream that has it.
std::uint64_t body_length(const Response& response) {
  return response.stream_length.value_or(response.body.size());
}

void append_head(std::string& out, const Response& response, const AnswerHead& head) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status), 10);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  for (const base::Field& field : response.fields) {
    if (is_handlers_own(field)) append_field(out, field.name, field.value);
  }
  append_framing(out, response, head.framing);
  append_field(out, "Date", head.date);
  if (!head.server_name.empty() && !base::find_field(response.fields, "Server")) {
    append_field(out, "Server", head.server_name);
  }
  if (!head.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (head.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void append_chunk_size(std::string& out, std::size_t size) {
  append_number(out, size, 16);
  out.append("\r\n");
}

std::string_view DateText::at(std::time_t now) {
  if (now == made_for_) return text_;
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text;
  // Without a locale of ours, %a and %b are English.
  text_.assign(text.data(),
               std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  made_for_ = now;
  return text_;
}

std::string_view reason_phrase(int status) {
  const auto* found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Status" : found->phrase;
}

}  // namespace kennel::http

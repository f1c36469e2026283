// Any bytes to the reader of request heads. What it takes must read the same once more, and must
// hold nothing that another reader could split differently.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "http/grammar.h"
#include "http/head.h"

namespace {

namespace base = kennel::base;
namespace http = kennel::http;

std::string write_head(const http::ParsedHead& parsed) {
  std::string text = parsed.head.method + " " + parsed.head.target +
                     (parsed.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const base::Field& field : parsed.head.fields) {
    text += field.name + ": " + field.value + "\r\n";
  }
  return text + "\r\n";
}

void check_taken(const http::ParsedHead& parsed) {
  base::check(!(parsed.chunked && parsed.length), "a body has one framing");
  for (const base::Field& field : parsed.head.fields) {
    base::check(http::is_token(field.name), "a name is a token");
    base::check(field.value.find_first_of("\r\n") == std::string::npos, "a value is one line");
  }
  const auto again = http::parse_head(write_head(parsed), {.bytes_max = SIZE_MAX});
  base::check(again.has_value(), "a head that was taken is taken again");
  base::check(again->head.fields == parsed.head.fields && again->length == parsed.length &&
                  again->chunked == parsed.chunked && again->keep_alive == parsed.keep_alive,
              "a head reads the same once more");
}

// However the bytes come, the head ends at the same place.
void check_end(std::string_view bytes, std::size_t end) {
  for (const std::size_t cut : {end / 3, end / 2, end - 1}) {
    base::check(!http::find_head_end(bytes.substr(0, cut)), "a head does not end before its end");
    base::check(http::find_head_end(bytes, cut) == end, "a head ends where it ends");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = base::as_text({data, size});
  const auto end = http::find_head_end(bytes);
  if (end) check_end(bytes, *end);
  const auto parsed = http::parse_head(bytes.substr(0, end.value_or(bytes.size())));
  if (parsed) {
    check_taken(*parsed);
  } else {
    base::check(parsed.error().status >= 400 && parsed.error().status < 600, "a refusal");
  }
  return 0;
}

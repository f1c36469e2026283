// Any bytes to the reader of heads of answers. What it takes must read the same once more, and
// leave no doubt where its body ends.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "http/grammar.h"
#include "http/response_head.h"

namespace {

namespace base = kennel::base;
namespace http = kennel::http;

std::string write_head(const http::ResponseHead& head) {
  std::string text = "HTTP/1.1 " + std::to_string(head.status) + "\r\n";
  for (const base::Field& field : head.fields) text += field.name + ": " + field.value + "\r\n";
  return text + "\r\n";
}

void check_taken(const http::ResponseHead& head) {
  base::check(head.status >= 100 && head.status < 1000, "a status has three digits");
  base::check(!(head.chunked && head.length), "a body has one framing");
  for (const base::Field& field : head.fields) {
    base::check(http::is_token(field.name), "a name is a token");
    base::check(field.value.find_first_of("\r\n") == std::string::npos, "a value is one line");
  }
  const auto again = http::parse_response_head(write_head(head));
  base::check(again.has_value(), "a head that was taken is taken again");
  base::check(again->status == head.status && again->fields == head.fields &&
                  again->length == head.length && again->chunked == head.chunked,
              "a head reads the same once more");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto head = http::parse_response_head(base::as_text({data, size}));
  if (head) check_taken(*head);
  return 0;
}

// The head of an answer, as the client reads it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/field.h"

namespace kennel::http {

struct ResponseHead {
  int status = 0;
  base::Fields fields;
  bool chunked = false;
  std::optional<std::uint64_t>
      length;               // neither this nor chunked: the body ends with the connection
  bool keep_alive = false;  // the server says, or HTTP/1.1 has it, that another may follow

  [[nodiscard]] bool has_no_body() const { return status == 204 || status == 304; }
  [[nodiscard]] bool ends_with_connection() const { return !chunked && !length && !has_no_body(); }
};

// `block` is one head with its empty line. kInvalid: it is no head of HTTP/1.0 or 1.1.
[[nodiscard]] base::Result<ResponseHead> parse_response_head(std::string_view block);

}  // namespace kennel::http

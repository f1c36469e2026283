// What a client sends and gets.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/field.h"

namespace kennel::http {

// What it refers to lives until the exchange has ended.
struct OutgoingRequest {
  std::string_view method = "GET";
  std::string_view target = "/";
  base::Fields fields;  // besides Host and Content-Length
  std::string_view body;
  std::size_t body_bytes_max = 16 * base::kMiB;  // of the answer
};

struct ClientResponse {
  int status = 0;
  base::Fields fields;
  std::string body;
};

}  // namespace kennel::http

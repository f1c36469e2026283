// One request to one server, waited for: what `kennel status` and `kennel doctor` ask with.
//
// Any thread, which is held until the answer is there. No redirects, no proxies, no connection is
// kept.
#pragma once

#include <chrono>
#include <string>

#include "base/disk.h"
#include "base/error.h"
#include "http/client_message.h"

namespace kennel::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;      // http://host[:port]/path or https://...
  base::Fields fields;  // besides Host, Content-Length and Connection
  std::string body;
  base::Path ca_file;  // whom to trust over TLS; empty: the system's authorities
  std::chrono::milliseconds timeout{10'000};  // for the whole of it
  std::size_t body_bytes_max = 16 * base::kMiB;
};

// kInvalid: the URL, or what came back is no HTTP/1.1. kNotFound: nobody listens there, or the name
// is unknown. kInterrupted: it broke off or took too long. kTooLarge: the answer is over its limit.
[[nodiscard]] base::Result<ClientResponse> fetch(const ClientRequest& request);

}  // namespace kennel::http

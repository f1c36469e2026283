// One request and its answer, by libcurl. Follows nothing, keeps nothing: no connection, cookie,
// password, proxy or decoder outlives it or comes from the environment.
//
// Any thread; several at once.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "base/bytes.h"
#include "base/disk.h"
#include "fetch/gate.h"
#include "fetch/url.h"

namespace kennel::fetch {

struct Request {
  const Url& url;
  const Gate& gate;  // of the URL's host and port
  std::uint64_t bytes_max;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::milliseconds connect_timeout;  // for name, connection and TLS
  base::Path ca_file;                         // empty: the system's authorities
  const std::atomic<bool>* stop;              // null: nobody stops it
};

struct Answer {
  int status = 0;
  std::string location;  // "": none
  base::Bytes body;      // of status 200 only
  Verdict peer = Verdict::kRefused;
};

// kDenied: every address of the host is refused by the gate. kNotFound: there is no such name, or
// nobody listens. kTooLarge: the body, or 64 KiB of head. kInterrupted: the deadline, less than
// 1 KiB/s over 5 s, the stop, or it broke off. kInvalid: no HTTP, or a certificate that does not
// hold. Throws where ca_file cannot be read.
[[nodiscard]] base::Result<Answer> transfer(const Request& request);

}  // namespace kennel::fetch

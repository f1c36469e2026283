// Photos from URLs that strangers give, without being made to reach anything inside (server-side
// request forgery): docs/security.md says what is refused.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/disk.h"
#include "base/error.h"
#include "fetch/allowed_target.h"

namespace kennel::fetch {

class Url;
struct Answer;

struct FetchRules {
  bool enabled = true;
  std::vector<AllowedTarget> allowed;  // beside the public network
  std::uint64_t bytes_max = 32 * base::kMiB;
  std::chrono::milliseconds timeout{10'000};         // for all of it, redirects too
  std::chrono::milliseconds connect_timeout{5'000};  // for name, connection and TLS of each hop
  int redirects_max = 3;
  base::Path ca_file;  // whom to trust over TLS; empty: the system's authorities
};

// Any thread; several at once. Nothing is kept from one fetch to the next.
class Fetcher {
 public:
  // Throws where libcurl cannot start.
  explicit Fetcher(FetchRules rules);

  // Waits for all of the body. `stop` is looked at ten times a second.
  //   kInvalid      no URL of http or https, a name or password in it, too many redirects, no HTTP,
  //                 a certificate that does not hold, another status than 200
  //   kDenied       an address that is not public, a port of another service, fetching is off
  //   kNotFound     no such name, nobody listens there, status 404 or 410
  //   kTooLarge     more than `bytes_max`
  //   kInterrupted  the timeout, the stop, or the other side broke off
  //   kThrottled    status 429 or 503
  // A message names hosts and addresses, but no path or query of a URL and nothing of an answer but
  // its status.
  [[nodiscard]] base::Result<base::Bytes> fetch(const std::string& url,
                                                const std::atomic<bool>* stop = nullptr) const;

 private:
  // What holds for one request of a fetch.
  struct Terms {
    std::chrono::steady_clock::time_point deadline;
    const std::atomic<bool>* stop = nullptr;
    bool widened = true;  // as in Gate
  };

  // An answer of status 200, or a redirect.
  [[nodiscard]] base::Result<Answer> ask(const Url& url, const Terms& terms) const;

  FetchRules rules_;
};

}  // namespace kennel::fetch

// Whom one request may go to. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "fetch/address.h"
#include "fetch/allowed_target.h"

namespace kennel::fetch {

// One request's destination as its URL spells it, and what was allowed.
struct Gate {
  std::string host;
  std::uint16_t port = 0;
  std::span<const AllowedTarget> allowed;  // of the rules
  // Whether `allowed` counts. It does for a URL that was given, and for redirects by what it opens;
  // where a public server redirects to is that server's choice, so nothing but the public is open.
  bool widened = true;
  std::vector<Address> own;  // of this machine: its public addresses lead inside as well
};

enum class Verdict { kRefused, kPublic, kAllowed };

// kAllowed wherever a target matches, be the address public or not.
[[nodiscard]] Verdict judge(const Gate& gate, const Address& address);

// kDenied, and why; for an address that `judge` refused.
[[nodiscard]] base::Error refusal(const Gate& gate, const Address& address);

// kDenied: a port where no web server listens but other services do (ssh, smtp: the Fetch
// standard's "bad ports"), unless the host is allowed with it.
[[nodiscard]] base::Result<void> admit_port(const Gate& gate);

}  // namespace kennel::fetch

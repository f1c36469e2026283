// What `--allow-fetch` opens beside the public network. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "fetch/address.h"

namespace kennel::fetch {

// A host and a port as a URL spells them: whatever address the host has. In lower case, an IPv6
// address without its brackets.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
};

// A Prefix opens its addresses under any name, on any port that HTTP may use.
using AllowedTarget = std::variant<HostPort, Prefix>;

// "127.0.0.1:9000", "[::1]:9000", "s3.local:9000"; "10.0.0.0/8", "fd00::/8", "10.1.2.3". kInvalid:
// anything else, and a prefix with bits beyond its length.
[[nodiscard]] base::Result<AllowedTarget> parse_allowed_target(std::string_view text);

// What parse_allowed_target reads as the same.
[[nodiscard]] std::string to_text(const AllowedTarget& target);

}  // namespace kennel::fetch

// The few URLs that the client takes: http and https, a host, a port, a target. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kennel::http {

struct Url {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  std::string port;
  std::string authority;  // as given, for Host
  std::string target;

  bool operator==(const Url&) const = default;
};

// kInvalid: another scheme, a user name, no host, a fragment, blanks.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

}  // namespace kennel::http

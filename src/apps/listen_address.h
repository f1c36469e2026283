// "127.0.0.1:4566", "[::1]:4566": where a server is to listen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace kennel::apps {

struct ListenAddress {
  std::string address;  // IPv4 or IPv6, without brackets
  std::uint16_t port = 0;

  bool operator==(const ListenAddress&) const = default;
};

[[nodiscard]] base::Result<ListenAddress> parse_listen_address(std::string_view text);

// Whether other machines cannot reach it.
[[nodiscard]] bool is_loopback(std::string_view address);

// As a client on this machine writes it: "127.0.0.1:4566"; what listens everywhere is on loopback
// too.
[[nodiscard]] std::string client_authority(const ListenAddress& address);

}  // namespace kennel::apps

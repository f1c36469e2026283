#include "apps/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace kennel::apps {
namespace {

tl::unexpected<base::Error> no_address(std::string_view text) {
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("--listen is \"{}\": give an IP address and a port, such as "
                                "127.0.0.1:4566 or [::1]:4566",
                                text));
}

bool is_address(int family, const std::string& text) {
  in6_addr bytes{};
  return inet_pton(family, text.c_str(), &bytes) == 1;
}

}  // namespace

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return no_address(text);
  const std::string_view port = text.substr(colon + 1);
  ListenAddress listen;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc() || end != port.data() + port.size()) return no_address(text);
  const std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  listen.address = bracketed ? host.substr(1, host.size() - 2) : host;
  if (listen.address == "localhost") listen.address = "127.0.0.1";
  if (!is_address(bracketed ? AF_INET6 : AF_INET, listen.address)) return no_address(text);
  return listen;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

std::string client_authority(const ListenAddress& address) {
  if (address.address == "0.0.0.0") return fmt::format("127.0.0.1:{}", address.port);
  if (address.address == "::") return fmt::format("[::1]:{}", address.port);
  const bool six = address.address.find(':') != std::string::npos;
  return six ? fmt::format("[{}]:{}", address.address, address.port)
             : fmt::format("{}:{}", address.address, address.port);
}

}  // namespace kennel::apps

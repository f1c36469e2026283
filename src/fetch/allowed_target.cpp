#include "fetch/allowed_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/field.h"
#include "base/number.h"
#include "fetch/url.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

tl::unexpected<base::Error> refuse(std::string_view text, std::string_view reason) {
  return fail(ErrorKind::kInvalid,
              fmt::format("\"{}\" cannot be allowed: {}; say HOST:PORT (s3.local:9000, [::1]:9000) "
                          "or addresses (10.0.0.0/8, fd00::/8, 10.1.2.3)",
                          text, reason));
}

Prefix whole(const Address& address) {
  return {.first = address, .bits = address.is_v4() ? 32 : 128};
}

bool has_bits_beyond(const Address& address, int bits) {
  const auto bytes = address.bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const int kept = std::clamp(bits - 8 * static_cast<int>(at), 0, 8);
    if ((bytes[at] & (0xff >> kept)) != 0) return true;
  }
  return false;
}

Result<AllowedTarget> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = Address::parse(text.substr(0, slash));
  if (!first) return refuse(text, "what stands before the / is no address");
  const auto bits = base::parse_number<int>(text.substr(slash + 1));
  const int bits_max = whole(*first).bits;
  if (!bits || *bits < 0 || *bits > bits_max) {
    return refuse(text, fmt::format("what stands behind the / is not within 0 to {}", bits_max));
  }
  if (has_bits_beyond(*first, *bits)) {
    return refuse(text, fmt::format("the address has bits beyond its first {}", *bits));
  }
  return Prefix{.first = *first, .bits = *bits};
}

// "127.1", "0x7f.0.0.1", "2130706433": a URL's parser makes an address of it, which would never
// match.
bool is_odd_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  const bool digits = !last.empty() && std::ranges::all_of(last, [](char letter) {
    return letter >= '0' && letter <= '9';
  });
  return digits || last.starts_with("0x") || last.starts_with("0X");
}

Result<std::string> parse_host(std::string_view text, std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = Address::parse(host.substr(1, host.size() - 2));
    if (address && !address->is_v4()) return address->text();
    return refuse(text, "what stands between the brackets is no IPv6 address");
  }
  if (const auto address = Address::parse(host)) {
    if (address->is_v4()) return address->text();
    return refuse(text, "an IPv6 address stands in brackets before a port");
  }
  if (!is_host_name(host)) return refuse(text, "its host is neither a name nor an address");
  if (is_odd_number(host)) return refuse(text, "an address is written as four numbers, 127.0.0.1");
  return base::to_lower(host);
}

Result<AllowedTarget> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, "it has no port");
  const auto port = base::parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port || *port == 0) return refuse(text, "its port is not within 1 to 65535");
  KENNEL_TRY(std::string host, parse_host(text, text.substr(0, colon)));
  return HostPort{.host = std::move(host), .port = *port};
}

}  // namespace

Result<AllowedTarget> parse_allowed_target(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return refuse(text, "it is a URL");
  if (text.find('/') != std::string_view::npos) return parse_prefix(text);
  if (const auto address = Address::parse(text)) return whole(*address);
  return parse_host_port(text);
}

std::string to_text(const AllowedTarget& target) {
  if (const auto* const prefix = std::get_if<Prefix>(&target)) return prefix->text();
  const auto& [host, port] = std::get<HostPort>(target);
  return fmt::format("{}:{}", in_brackets_where_v6(host), port);
}

}  // namespace kennel::fetch

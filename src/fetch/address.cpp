#include "fetch/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace kennel::fetch {
namespace {

struct SpecialUse {
  Prefix prefix;
  std::string_view name;
};

constexpr Prefix v4(const std::array<std::uint8_t, 4>& first, int bits) {
  return {.first = Address(first), .bits = bits};
}

// Groups that are left out are 0.
constexpr Prefix v6(const std::array<std::uint16_t, 8>& first, int bits) {
  return {.first = Address(first), .bits = bits};
}

// The first that contains an address names it.
constexpr SpecialUse kSpecialUses[] = {
    {v4({0, 0, 0, 0}, 8), "unspecified"},
    {v4({10, 0, 0, 0}, 8), "private"},
    {v4({100, 64, 0, 0}, 10), "shared by a provider's customers"},
    {v4({127, 0, 0, 0}, 8), "loopback"},
    {v4({169, 254, 169, 254}, 32), "the metadata of a cloud's instance"},
    {v4({169, 254, 0, 0}, 16), "link-local"},
    {v4({168, 63, 129, 16}, 32), "the inside of a cloud"},  // Azure's, in public space
    {v4({172, 16, 0, 0}, 12), "private"},
    {v4({192, 0, 0, 0}, 24), "reserved for protocols"},
    {v4({192, 0, 2, 0}, 24), "for documentation"},
    {v4({192, 88, 99, 0}, 24), "a 6to4 relay"},
    {v4({192, 168, 0, 0}, 16), "private"},
    {v4({198, 18, 0, 0}, 15), "for benchmarks"},
    {v4({198, 51, 100, 0}, 24), "for documentation"},
    {v4({203, 0, 113, 0}, 24), "for documentation"},
    {v4({224, 0, 0, 0}, 4), "multicast"},
    {v4({255, 255, 255, 255}, 32), "broadcast"},
    {v4({240, 0, 0, 0}, 4), "reserved"},
    {v6({}, 128), "unspecified"},
    {v6({0, 0, 0, 0, 0, 0, 0, 1}, 128), "loopback"},
    {v6({0, 0, 0, 0, 0, 0xffff}, 96), "an IPv4 address in IPv6"},
    {v6({}, 96), "an IPv4 address in IPv6"},
    {v6({0x64, 0xff9b}, 96), "an IPv4 address behind NAT64"},
    {v6({0x64, 0xff9b, 1}, 48), "an IPv4 address behind NAT64"},
    {v6({0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254}, 128), "the metadata of a cloud's instance"},
    {v6({0xfc00}, 7), "unique-local"},
    {v6({0xfe80}, 10), "link-local"},
    {v6({0xfec0}, 10), "site-local"},
    {v6({0xff00}, 8), "multicast"},
    {v6({0x2001}, 32), "a Teredo tunnel"},
    {v6({0x2001}, 23), "reserved for protocols"},
    {v6({0x2001, 0xdb8}, 32), "for documentation"},
    {v6({0x2002}, 16), "a 6to4 tunnel"},
    {v6({0x3ffe}, 16), "reserved"},
    {v6({0x3fff}, 20), "for documentation"},
    // Global unicast addresses are those of 2000::/3; nothing around them is anybody's yet.
    {v6({}, 3), "reserved"},
    {v6({0x4000}, 2), "reserved"},
    {v6({0x8000}, 1), "reserved"},
};

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) return address;
  address.size_ = 16;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> Address::of_socket(const sockaddr& socket, std::size_t size) {
  Address address;
  if (socket.sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    const auto& inner = reinterpret_cast<const sockaddr_in&>(socket).sin_addr;
    std::memcpy(address.bytes_.data(), &inner, sizeof inner);
    return address;
  }
  if (socket.sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    const auto& inner = reinterpret_cast<const sockaddr_in6&>(socket).sin6_addr;
    std::memcpy(address.bytes_.data(), &inner, sizeof inner);
    address.size_ = sizeof inner;
    return address;
  }
  return std::nullopt;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
  return buffer.data();
}

bool Prefix::contains(const Address& address) const {
  if (address.is_v4() != first.is_v4()) return false;
  const auto whole_bytes = static_cast<std::size_t>(bits / 8);
  const auto ours = first.bytes();
  const auto theirs = address.bytes();
  if (!std::equal(ours.begin(), ours.begin() + bits / 8, theirs.begin())) return false;
  if (bits % 8 == 0) return true;
  return (ours[whole_bytes] ^ theirs[whole_bytes]) >> (8 - bits % 8) == 0;
}

std::string Prefix::text() const { return fmt::format("{}/{}", first.text(), bits); }

std::optional<std::string_view> find_special_use(const Address& address) {
  const auto* const found = std::ranges::find_if(
      kSpecialUses,
      [&address](const SpecialUse& special) { return special.prefix.contains(address); });
  if (found == std::end(kSpecialUses)) return std::nullopt;
  return found->name;
}

}  // namespace kennel::fetch

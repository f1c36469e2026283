// IPv4 and IPv6 addresses as numbers, and which of them anybody may be sent to: what counts is what
// a connection is made to, in whatever way it was spelled. Pure.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kennel::fetch {

class Address {
 public:
  constexpr Address() = default;  // 0.0.0.0
  constexpr explicit Address(const std::array<std::uint8_t, 4>& bytes);
  constexpr explicit Address(const std::array<std::uint16_t, 8>& groups);

  // "192.0.2.1", "2001:db8::1": no short forms of IPv4, no zone, no brackets.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);
  // nullopt: another family, or too few bytes for it.
  [[nodiscard]] static std::optional<Address> of_socket(const sockaddr& socket, std::size_t size);

  [[nodiscard]] constexpr bool is_v4() const { return size_ == 4; }
  // In network order: 4 or 16.
  [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first(size_);
  }
  [[nodiscard]] std::string text() const;

  bool operator==(const Address&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::size_t size_ = 4;
};

// The addresses that begin with the same bits: 10.0.0.0/8.
struct Prefix {
  Address first;
  int bits = 0;

  [[nodiscard]] bool contains(const Address& address) const;
  [[nodiscard]] std::string text() const;
  bool operator==(const Prefix&) const = default;
};

// What an address is set aside for ("loopback", "private"), after IANA's registries of
// special-purpose addresses; nullopt: it is public. An IPv6 address that carries an IPv4 address
// (mapped, compatible, NAT64, 6to4, Teredo) is never public.
[[nodiscard]] std::optional<std::string_view> find_special_use(const Address& address);

[[nodiscard]] inline bool is_public(const Address& address) { return !find_special_use(address); }

constexpr Address::Address(const std::array<std::uint8_t, 4>& bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) bytes_[at] = bytes[at];
}

constexpr Address::Address(const std::array<std::uint16_t, 8>& groups) : size_(16) {
  for (std::size_t at = 0; at < groups.size(); ++at) {
    bytes_[2 * at] = static_cast<std::uint8_t>(groups[at] >> 8);
    bytes_[2 * at + 1] = static_cast<std::uint8_t>(groups[at] & 0xff);
  }
}

}  // namespace kennel::fetch

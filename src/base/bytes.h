// Owned bytes and views of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kennel::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// "1.4 MiB", "512 B": for people.
std::string to_human_size(std::uint64_t bytes);

std::string to_base64(ByteView bytes);
// nullopt: not base64 with its padding (RFC 4648, section 4).
std::optional<Bytes> from_base64(std::string_view text);

// Lower case.
std::string to_hex(ByteView bytes);
// nullopt: not pairs of hex digits.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace kennel::base

// Numbers of the zip format that its reader and its writer share.
#pragma once

#include <cstdint>

namespace kennel::network {

inline constexpr std::uint32_t kZipLocalSignature = 0x04034b50;
inline constexpr std::uint32_t kZipCentralSignature = 0x02014b50;
inline constexpr std::uint32_t kZipEndSignature = 0x06054b50;

}  // namespace kennel::network

#include "observe/uuid.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>

#include "base/error.h"

namespace kennel::observe {

std::string make_uuid() {
  std::array<std::uint16_t, 8> words{};
  // So few bytes come whole or not at all.
  const ssize_t got = ::getrandom(words.data(), sizeof words, 0);
  base::check(got == static_cast<ssize_t>(sizeof words), "the system gives random bytes");
  words[3] = static_cast<std::uint16_t>((words[3] & 0x0FFFU) | 0x4000U);  // version 4
  words[4] = static_cast<std::uint16_t>((words[4] & 0x3FFFU) | 0x8000U);  // RFC 9562's variant
  return fmt::format("{:04x}{:04x}-{:04x}-{:04x}-{:04x}-{:04x}{:04x}{:04x}", words[0], words[1],
                     words[2], words[3], words[4], words[5], words[6], words[7]);
}

}  // namespace kennel::observe

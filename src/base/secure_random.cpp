#include "base/secure_random.h"

#include <openssl/rand.h>

#include <array>

#include "base/error.h"

namespace kennel::base {
namespace {

void fill(std::uint8_t* bytes, std::size_t count) {
  check(RAND_bytes(bytes, static_cast<int>(count)) == 1, "OpenSSL has no random numbers");
}

}  // namespace

Bytes secure_bytes(std::size_t count) {
  Bytes bytes(count);
  fill(bytes.data(), count);
  return bytes;
}

std::string secure_text(std::size_t length, std::string_view alphabet) {
  // A byte beyond the last whole multiple of the alphabet's size would favour its first letters.
  const std::size_t fair = 256 / alphabet.size() * alphabet.size();
  std::string text;
  while (text.size() < length) {
    for (const std::uint8_t byte : secure_bytes(length)) {
      if (byte < fair && text.size() < length) text += alphabet[byte % alphabet.size()];
    }
  }
  return text;
}

std::string make_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  fill(bytes.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = to_hex(bytes);
  std::string text;
  text.reserve(36);
  for (std::size_t at = 0; at < hex.size(); ++at) {
    if (at == 8 || at == 12 || at == 16 || at == 20) text += '-';
    text += hex[at];
  }
  return text;
}

}  // namespace kennel::base

// HMAC and hexadecimal text: what every signature is made of. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"

namespace kennel::sign {

[[nodiscard]] base::Digest hmac_sha256(base::ByteView key, std::string_view message);

// Version 2's.
[[nodiscard]] std::array<std::uint8_t, 20> hmac_sha1(base::ByteView key, std::string_view message);

// Lower case.
void append_hex(std::string& text, const base::Digest& digest);
[[nodiscard]] std::string to_hex(const base::Digest& digest);
// Whether the text is a digest or a signature: 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_hex_digest(std::string_view text);

// Takes as long for texts that differ early as for those that differ late.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace kennel::sign

// Random bytes that nobody can guess: keys, secrets, ids. For what must repeat, see random.h.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kennel::base {

[[nodiscard]] Bytes secure_bytes(std::size_t count);

// Letters drawn from an alphabet of at most 256 letters, each as likely as the others.
[[nodiscard]] std::string secure_text(std::size_t length, std::string_view alphabet);

// A version 4 UUID: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6".
[[nodiscard]] std::string make_uuid();

}  // namespace kennel::base

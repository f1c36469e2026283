// Foreign text in messages of ours.
#pragma once

#include <string>
#include <string_view>

namespace kennel::network {

// Printable ASCII only, other bytes as '?', at most 80 characters: what a hostile file calls its
// parts must not steer a terminal or fill a log.
[[nodiscard]] std::string legible(std::string_view text);

// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without control characters.
[[nodiscard]] bool is_plain_utf8(std::string_view text);

}  // namespace kennel::network

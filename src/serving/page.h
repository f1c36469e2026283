// The page at GET /: a photo is dropped on it, and bars of probabilities come. One file, from the
// server alone.
#pragma once

#include <string_view>

namespace kennel::serving {

[[nodiscard]] std::string_view page();

// What browsers let the page do: its own script and style, its own server, photos from the user.
inline constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace kennel::serving

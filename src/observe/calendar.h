// Times as text.
#pragma once

#include <chrono>
#include <string>

namespace kennel::observe {

// "2026-01-31T12:34:56Z", as CloudTrail writes it.
[[nodiscard]] std::string to_iso_seconds(std::chrono::system_clock::time_point time);
// "2026-01-31T12:34:56.789Z".
[[nodiscard]] std::string to_iso_milliseconds(std::chrono::system_clock::time_point time);

}  // namespace kennel::observe

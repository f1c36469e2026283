// The two ways in which a signed request writes its time. Pure, any thread; seconds in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::sign {

// "20261121T103000Z", ISO 8601's basic format; parts of a second are dropped.
[[nodiscard]] std::string to_iso_basic(Time time);
[[nodiscard]] std::optional<Time> parse_iso_basic(std::string_view text);

// "Sat, 21 Nov 2026 10:30:00 GMT" (RFC 9110), or with the zone -0000 or +0000 (RFC 5322), as
// botocore writes it.
[[nodiscard]] std::optional<Time> parse_http_date(std::string_view text);

}  // namespace kennel::sign

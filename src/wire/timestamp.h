// Moments on the wire. A moment is seconds since 1970 as a double; all between the years 1 and
// 9999, UTC. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/shape.h"

namespace kennel::wire {

inline constexpr double kEpochSecondsMin = -62135596800.0;  // 0001-01-01T00:00:00Z
inline constexpr double kEpochSecondsMax = 253402300799.999;

// "2026-11-21T10:00:00.5Z" or with an offset (RFC 3339), "Sat, 21 Nov 2026 10:00:00 GMT" (the fixed
// form of RFC 9110, 5.6.7), or seconds since 1970 with a fraction: clients send any of them for
// any.
[[nodiscard]] std::optional<double> parse_timestamp(std::string_view text);

enum class Fraction { kWhereThereIsOne, kAlways };

// In milliseconds; HTTP's form has whole seconds. kDefault is no format: resolve it first.
[[nodiscard]] std::string format_timestamp(double seconds, TimestampFormat format,
                                           Fraction fraction = Fraction::kWhereThereIsOne);

// The member's own format, else its shape's, else that of the place where it travels.
[[nodiscard]] inline TimestampFormat resolve_format(TimestampFormat of_member,
                                                    TimestampFormat of_shape,
                                                    TimestampFormat of_place) {
  if (of_member != TimestampFormat::kDefault) return of_member;
  return of_shape != TimestampFormat::kDefault ? of_shape : of_place;
}

}  // namespace kennel::wire

#include "observe/calendar.h"

#include <fmt/format.h>

namespace kennel::observe {
namespace {

std::string to_iso(std::chrono::system_clock::time_point time, bool with_milliseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  const std::string fraction =
      with_milliseconds ? fmt::format(".{:03}", clock.subseconds().count()) : std::string();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     fraction);
}

}  // namespace

std::string to_iso_seconds(std::chrono::system_clock::time_point time) {
  return to_iso(time, false);
}

std::string to_iso_milliseconds(std::chrono::system_clock::time_point time) {
  return to_iso(time, true);
}

}  // namespace kennel::observe

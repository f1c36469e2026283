#include "sign/timestamp.h"

#include <fmt/format.h>

#include <array>

namespace kennel::sign {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Moment {
  std::optional<int> year, month, day, hour, minute, second;
};

// The `count` digits at `at`; the text is long enough.
std::optional<int> read_digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char letter : text.substr(at, count)) {
    if (letter < '0' || letter > '9') return std::nullopt;
    value = 10 * value + (letter - '0');
  }
  return value;
}

std::optional<Time> to_time(const Moment& of) {
  if (!of.year || !of.month || !of.day || !of.hour || !of.minute || !of.second) {
    return std::nullopt;
  }
  const auto date = std::chrono::year_month_day(
      std::chrono::year(*of.year), std::chrono::month(static_cast<unsigned>(*of.month)),
      std::chrono::day(static_cast<unsigned>(*of.day)));
  // system_clock counts nanoseconds in 64 bits: it ends in 2262.
  if (!date.ok() || *of.year < 1970 || *of.year > 2261) return std::nullopt;
  if (*of.hour > 23 || *of.minute > 59 || *of.second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + hours(*of.hour) + minutes(*of.minute) + seconds(*of.second);
}

std::optional<int> read_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (kMonths[month] == name) return static_cast<int>(month) + 1;
  }
  return std::nullopt;
}

}  // namespace

std::string to_iso_basic(Time time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<seconds>(time) - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Time> parse_iso_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return to_time({.year = read_digits(text, 0, 4),
                  .month = read_digits(text, 4, 2),
                  .day = read_digits(text, 6, 2),
                  .hour = read_digits(text, 9, 2),
                  .minute = read_digits(text, 11, 2),
                  .second = read_digits(text, 13, 2)});
}

std::optional<Time> parse_http_date(std::string_view text) {
  if (text.size() < 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const std::string_view zone = text.substr(25);
  if (zone != " GMT" && zone != " -0000" && zone != " +0000") return std::nullopt;
  return to_time({.year = read_digits(text, 12, 4),
                  .month = read_month(text.substr(8, 3)),
                  .day = read_digits(text, 5, 2),
                  .hour = read_digits(text, 17, 2),
                  .minute = read_digits(text, 20, 2),
                  .second = read_digits(text, 23, 2)});
}

}  // namespace kennel::sign

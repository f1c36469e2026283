#include "wire/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/error.h"

namespace kennel::wire {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::int64_t kMicroseconds = 1'000'000;

// Takes text apart from the left; once something did not fit, nothing does.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    if (left_.size() < digits) return fail();
    for (const char letter : left_.substr(0, digits)) {
      if (letter < '0' || letter > '9') return fail();
      value = value * 10 + (letter - '0');
    }
    left_.remove_prefix(digits);
    return value;
  }

  bool skip(std::string_view expected) {
    if (!left_.starts_with(expected)) return false;
    left_.remove_prefix(expected.size());
    return true;
  }

  void expect(std::string_view expected) {
    if (!skip(expected)) fail();
  }

  // Digits after the point, as microseconds; what is finer is dropped.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < left_.size() && left_[digits] >= '0' && left_[digits] <= '9'; ++digits) {
      if (digits < 6) value = value * 10 + (left_[digits] - '0');
    }
    if (digits == 0) return fail();
    left_.remove_prefix(digits);
    for (std::size_t missing = digits; missing < 6; ++missing) value *= 10;
    return value;
  }

  [[nodiscard]] std::string_view left() const { return left_; }
  [[nodiscard]] bool ended() const { return !failed_ && left_.empty(); }

 private:
  int fail() {
    failed_ = true;
    left_ = {};
    return 0;
  }

  std::string_view left_;
  bool failed_ = false;
};

struct Fields {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t microseconds = 0;
  int offset_minutes = 0;
};

std::optional<double> to_seconds(const Fields& fields) {
  const chrono::year_month_day date{chrono::year(fields.year),
                                    chrono::month(static_cast<unsigned>(fields.month)),
                                    chrono::day(static_cast<unsigned>(fields.day))};
  if (fields.year < 1 || !date.ok()) return std::nullopt;
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
  const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + fields.hour * 3600 +
                               (fields.minute - fields.offset_minutes) * 60 + fields.second;
  // One division: adding a fraction to whole seconds would round twice.
  return static_cast<double>(seconds * kMicroseconds + fields.microseconds) / kMicroseconds;
}

int read_offset(Cursor& cursor) {
  if (cursor.skip("Z")) return 0;
  const int sign = cursor.skip("-") ? -1 : 1;
  if (sign == 1) cursor.expect("+");
  const int hours = cursor.number(2);
  cursor.expect(":");
  return sign * (hours * 60 + cursor.number(2));
}

std::optional<double> parse_iso8601(std::string_view text) {
  Cursor cursor(text);
  Fields fields;
  fields.year = cursor.number(4);
  cursor.expect("-");
  fields.month = cursor.number(2);
  cursor.expect("-");
  fields.day = cursor.number(2);
  cursor.expect("T");
  fields.hour = cursor.number(2);
  cursor.expect(":");
  fields.minute = cursor.number(2);
  cursor.expect(":");
  fields.second = cursor.number(2);
  if (cursor.skip(".")) fields.microseconds = cursor.fraction();
  fields.offset_minutes = read_offset(cursor);
  return cursor.ended() ? to_seconds(fields) : std::nullopt;
}

int read_month(Cursor& cursor) {
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (cursor.skip(kMonths[month])) return static_cast<int>(month) + 1;
  }
  return 0;
}

std::optional<double> parse_http_date(std::string_view text) {
  Cursor cursor(text);
  if (std::ranges::none_of(kDays, [&](std::string_view day) { return cursor.skip(day); })) {
    return std::nullopt;
  }
  Fields fields;
  cursor.expect(", ");
  fields.day = cursor.number(2);
  cursor.expect(" ");
  fields.month = read_month(cursor);
  cursor.expect(" ");
  fields.year = cursor.number(4);
  cursor.expect(" ");
  fields.hour = cursor.number(2);
  cursor.expect(":");
  fields.minute = cursor.number(2);
  cursor.expect(":");
  fields.second = cursor.number(2);
  cursor.expect(" GMT");
  return cursor.ended() ? to_seconds(fields) : std::nullopt;
}

std::optional<double> parse_unix(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

}  // namespace

std::optional<double> parse_timestamp(std::string_view text) {
  auto seconds = parse_iso8601(text);
  if (!seconds) seconds = parse_http_date(text);
  if (!seconds) seconds = parse_unix(text);
  if (!seconds || *seconds < kEpochSecondsMin || *seconds > kEpochSecondsMax) return std::nullopt;
  return seconds;
}

std::string format_timestamp(double seconds, TimestampFormat format, Fraction fraction) {
  base::check(seconds >= kEpochSecondsMin && seconds <= kEpochSecondsMax,
              "moments lie between the years 1 and 9999");
  const chrono::sys_time<chrono::milliseconds> moment{
      chrono::milliseconds(std::llround(seconds * 1000.0))};
  const auto day = chrono::floor<chrono::days>(moment);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(moment - day);
  const auto milliseconds = time.subseconds().count();
  const bool shown = milliseconds != 0 || fraction == Fraction::kAlways;
  if (format == TimestampFormat::kUnix) {
    return milliseconds != 0 ? fmt::format("{:.3f}", seconds) : fmt::format("{:.0f}", seconds);
  }
  const auto clock = fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                                 time.seconds().count());
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto month_day = static_cast<unsigned>(date.day());
  if (format == TimestampFormat::kRfc822) {
    return fmt::format("{}, {:02} {} {:04} {} GMT", kDays[chrono::weekday(day).c_encoding()],
                       month_day, kMonths[month - 1], year, clock);
  }
  const std::string decimals = shown ? fmt::format(".{:03}", milliseconds) : "";
  return fmt::format("{:04}-{:02}-{:02}T{}{}Z", year, month, month_day, clock, decimals);
}

}  // namespace kennel::wire

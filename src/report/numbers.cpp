#include "report/numbers.h"

#include <fmt/format.h>

#include <cmath>

namespace kennel::report {
namespace {

constexpr const char* kNoBreakSpace = "\u00a0";
constexpr const char* kMinus = "\u2212";

std::string grouped_by_thousands(std::string digits) {
  const auto point = digits.find('.');
  const std::size_t whole = point == std::string::npos ? digits.size() : point;
  for (std::size_t at = whole; at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

bool is_zero(const std::string& digits) {
  return digits.find_first_not_of("0.") == std::string::npos;
}

}  // namespace

NumberFormat number(int decimals) { return {.decimals = decimals, .scale = 1, .unit = ""}; }
NumberFormat percent(int decimals) { return {.decimals = decimals, .scale = 100, .unit = "%"}; }
NumberFormat seconds(int decimals) { return {.decimals = decimals, .scale = 1, .unit = "s"}; }

std::string to_text(double value, const NumberFormat& format) {
  const double scaled = value * format.scale;
  if (!std::isfinite(scaled)) return "\u2013";
  const std::string digits = fmt::format("{:.{}f}", std::fabs(scaled), format.decimals);
  // What rounds to zero has no sign: "−0.0" would only puzzle.
  std::string text = scaled < 0 && !is_zero(digits) ? kMinus : "";
  text += grouped_by_thousands(digits);
  if (!format.unit.empty()) text += kNoBreakSpace + format.unit;
  return text;
}

}  // namespace kennel::report

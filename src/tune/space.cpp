#include "tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace kennel::tune {
namespace {

using base::ErrorKind;

constexpr std::array<std::pair<Scaling, std::string_view>, 4> kScalings{
    {{Scaling::kAuto, "auto"},
     {Scaling::kLinear, "linear"},
     {Scaling::kLogarithmic, "log"},
     {Scaling::kReverseLogarithmic, "reverse-log"}}};
constexpr double kWideSpan = 100;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

template <class Ends>
Scaling scaling_of(const Ends& range) {
  if (range.scaling != Scaling::kAuto) return range.scaling;
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  return low > 0 && high / low >= kWideSpan ? Scaling::kLogarithmic : Scaling::kLinear;
}

double bend(Scaling scaling, double value) {
  if (scaling == Scaling::kLogarithmic) return std::log(value);
  if (scaling == Scaling::kReverseLogarithmic) return -std::log1p(-value);
  return value;
}

double straighten(Scaling scaling, double bent) {
  if (scaling == Scaling::kLogarithmic) return std::exp(bent);
  if (scaling == Scaling::kReverseLogarithmic) return -std::expm1(-bent);
  return bent;
}

// Between two ends in a scaling; 0.5 where they are one.
double to_unit(Scaling scaling, double low, double high, double value) {
  const double begin = bend(scaling, low);
  const double end = bend(scaling, high);
  return end > begin ? (bend(scaling, std::clamp(value, low, high)) - begin) / (end - begin) : 0.5;
}

double from_unit(Scaling scaling, double low, double high, double unit) {
  const double begin = bend(scaling, low);
  const double end = bend(scaling, high);
  return std::clamp(straighten(scaling, begin + (end - begin) * unit), low, high);
}

// The integers have parts of [0, 1] as wide as their neighbourhoods, the first and last as well.
struct Widened {
  double low;
  double high;
};
Widened widen(const IntegerRange& range) {
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  // A reverse logarithm ends at 1, which no integer range can have.
  return {low - 0.5, high + 0.5};
}

template <class Ends>
base::Result<void> validate_ends(const std::string& name, const Ends& range) {
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  const auto wrong = [&](std::string_view what) {
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("the range {}:{} of {} {}", range.low, range.high, name, what));
  };
  if (!std::isfinite(low) || !std::isfinite(high)) return wrong("must have two numbers as ends");
  if (low > high) return wrong("must begin with its lower end");
  if (range.scaling == Scaling::kLogarithmic && low <= 0) {
    return wrong("reaches 0 or below, where there is no logarithm: say linear, or begin above 0");
  }
  if (range.scaling == Scaling::kReverseLogarithmic && (low < 0 || high >= 1)) {
    return wrong("is not within 0 and 1, which reverse-log is for: say linear or log");
  }
  return {};
}

base::Result<void> validate_values(const std::string& name, const CategoricalRange& range) {
  if (range.values.empty()) {
    return base::fail(ErrorKind::kInvalid, fmt::format("{} has no values to choose from", name));
  }
  std::set<std::string_view> seen;
  for (const std::string& value : range.values) {
    if (!seen.insert(value).second) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("{} has the value \"{}\" twice", name, value));
    }
  }
  return {};
}

// What people can read and type again: no search can tell more digits apart.
double shorten(double value) {
  constexpr int kDigits = 6;
  if (value == 0) return 0;
  const double unit = std::pow(10.0, kDigits - 1 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(unit) ? std::round(value * unit) / unit : value;
}

double number_in(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value);
  base::check(number != nullptr, "a numeric parameter has a number");
  return *number;
}

}  // namespace

std::string_view to_name(Scaling scaling) {
  return std::ranges::find(kScalings, scaling, &std::pair<Scaling, std::string_view>::first)
      ->second;
}

base::Result<Scaling> parse_scaling(std::string_view name) {
  const auto* const found =
      std::ranges::find(kScalings, name, &std::pair<Scaling, std::string_view>::second);
  if (found != kScalings.end()) return found->first;
  return base::fail(
      ErrorKind::kInvalid,
      fmt::format("there is no scaling \"{}\"; say auto, linear, log or reverse-log", name));
}

base::Result<void> validate(const Space& space) {
  if (space.empty()) return base::fail(ErrorKind::kInvalid, "there is no parameter to tune");
  std::set<std::string_view> names;
  for (const Parameter& parameter : space) {
    if (parameter.name.empty()) return base::fail(ErrorKind::kInvalid, "a parameter has no name");
    if (!names.insert(parameter.name).second) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("the parameter {} is there twice", parameter.name));
    }
    KENNEL_TRY_VOID(std::visit(
        Overloaded{
            [&](const CategoricalRange& range) { return validate_values(parameter.name, range); },
            [&](const auto& range) { return validate_ends(parameter.name, range); }},
        parameter.range));
  }
  return {};
}

bool is_categorical(const Parameter& parameter) {
  return std::holds_alternative<CategoricalRange>(parameter.range);
}

std::uint64_t count_values(const Parameter& parameter) {
  return std::visit(Overloaded{[](const ContinuousRange&) -> std::uint64_t { return 0; },
                               [](const IntegerRange& range) {
                                 return static_cast<std::uint64_t>(range.high) -
                                        static_cast<std::uint64_t>(range.low) + 1;
                               },
                               [](const CategoricalRange& range) -> std::uint64_t {
                                 return range.values.size();
                               }},
                    parameter.range);
}

Value value_at(const Range& range, double coordinate) {
  const double unit = std::clamp(coordinate, 0.0, 1.0);
  return std::visit(
      Overloaded{[&](const ContinuousRange& one) -> Value {
                   const double exact = from_unit(scaling_of(one), one.low, one.high, unit);
                   return std::clamp(shorten(exact), one.low, one.high);
                 },
                 [&](const IntegerRange& one) -> Value {
                   const auto [low, high] = widen(one);
                   const double value = std::round(from_unit(scaling_of(one), low, high, unit));
                   // Compared as they are: beyond 2^53 not every integer is a double.
                   if (value >= static_cast<double>(one.high)) return one.high;
                   if (value <= static_cast<double>(one.low)) return one.low;
                   return static_cast<std::int64_t>(value);
                 },
                 [&](const CategoricalRange& one) -> Value {
                   const auto count = static_cast<double>(one.values.size());
                   const auto place = static_cast<std::size_t>(std::min(unit * count, count - 1));
                   return one.values[place];
                 }},
      range);
}

double coordinate_of(const Range& range, const Value& value) {
  return std::visit(
      Overloaded{[&](const ContinuousRange& one) {
                   return to_unit(scaling_of(one), one.low, one.high, number_in(value));
                 },
                 [&](const IntegerRange& one) {
                   const auto [low, high] = widen(one);
                   const double inside = std::clamp(number_in(value), static_cast<double>(one.low),
                                                    static_cast<double>(one.high));
                   return to_unit(scaling_of(one), low, high, inside);
                 },
                 [&](const CategoricalRange& one) {
                   const auto* text = std::get_if<std::string>(&value);
                   base::check(text != nullptr, "a category is a string");
                   const auto found = std::ranges::find(one.values, *text);
                   if (found == one.values.end()) return 0.5;
                   const auto place = static_cast<double>(found - one.values.begin());
                   return (place + 0.5) / static_cast<double>(one.values.size());
                 }},
      range);
}

Configuration configuration_at(const Space& space, const Point& point) {
  base::check(point.size() == space.size(), "a point has a coordinate for each parameter");
  Configuration configuration;
  for (std::size_t place = 0; place < space.size(); ++place) {
    configuration.push_back(value_at(space[place].range, point[place]));
  }
  return configuration;
}

Point point_of(const Space& space, const Configuration& configuration) {
  base::check(configuration.size() == space.size(), "a configuration has all parameters");
  Point point;
  for (std::size_t place = 0; place < space.size(); ++place) {
    point.push_back(coordinate_of(space[place].range, configuration[place]));
  }
  return point;
}

std::string to_text(const Value& value) {
  return std::visit([](const auto& one) { return fmt::format("{}", one); }, value);
}

std::string to_text(const Space& space, const Configuration& configuration) {
  std::string text;
  for (std::size_t place = 0; place < space.size(); ++place) {
    if (!text.empty()) text += ' ';
    text.append(space[place].name).append("=").append(to_text(configuration[place]));
  }
  return text;
}

}  // namespace kennel::tune

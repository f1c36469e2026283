// What a search may choose from: the parameters of a training and their ranges.
//
// Strategies see a configuration as a point of the unit cube, one coordinate a parameter, in the
// scaling of its range. Categories are the middles of equal parts of [0, 1].
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"

namespace kennel::tune {

// kAuto: logarithmic where the range is positive and spans at least two powers of ten, else linear.
// kReverseLogarithmic: fine near 1, as for a momentum; 0 <= low < high < 1.
enum class Scaling { kAuto, kLinear, kLogarithmic, kReverseLogarithmic };
[[nodiscard]] std::string_view to_name(Scaling scaling);  // "auto", "linear", "log", "reverse-log"
[[nodiscard]] base::Result<Scaling> parse_scaling(std::string_view name);

// Both ends belong to a range.
struct ContinuousRange {
  double low = 0;
  double high = 1;
  Scaling scaling = Scaling::kAuto;

  bool operator==(const ContinuousRange&) const = default;
};
struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = 1;
  Scaling scaling = Scaling::kAuto;

  bool operator==(const IntegerRange&) const = default;
};
struct CategoricalRange {
  std::vector<std::string> values;

  bool operator==(const CategoricalRange&) const = default;
};
using Range = std::variant<ContinuousRange, IntegerRange, CategoricalRange>;

struct Parameter {
  std::string name;
  Range range;

  bool operator==(const Parameter&) const = default;
};
using Space = std::vector<Parameter>;

// A category is a string.
using Value = std::variant<double, std::int64_t, std::string>;
using Configuration = std::vector<Value>;  // one value of each parameter, in the space's order
using Point = std::vector<double>;         // the same in the unit cube

// kInvalid, naming the parameter: no name or one twice, nothing to choose from, ends that are
// crossed or no numbers, a scaling that the range cannot have.
[[nodiscard]] base::Result<void> validate(const Space& space);

[[nodiscard]] bool is_categorical(const Parameter& parameter);
// How many different values there are; 0 of a continuous range.
[[nodiscard]] std::uint64_t count_values(const Parameter& parameter);

// The nearest value to a coordinate, which is cut to [0, 1].
[[nodiscard]] Value value_at(const Range& range, double coordinate);
// Values out of the range are taken for its nearest end; for an unknown category 0.5 stands.
[[nodiscard]] double coordinate_of(const Range& range, const Value& value);
[[nodiscard]] Configuration configuration_at(const Space& space, const Point& point);
[[nodiscard]] Point point_of(const Space& space, const Configuration& configuration);

// "0.00213", "64", "adam": the shortest text that means the value.
[[nodiscard]] std::string to_text(const Value& value);
// "learning_rate=0.01 optimizer=adam"
[[nodiscard]] std::string to_text(const Space& space, const Configuration& configuration);

}  // namespace kennel::tune

// How numbers are written on a page: the same in tables, facts and charts.
#pragma once

#include <string>

namespace kennel::report {

// The value times `scale`, rounded to `decimals`, then the unit: percent() writes 0.953 as "95.3
// %".
struct NumberFormat {
  int decimals = 0;
  double scale = 1;
  std::string unit;
};

[[nodiscard]] NumberFormat number(int decimals = 0);
// Of a fraction between 0 and 1.
[[nodiscard]] NumberFormat percent(int decimals = 1);
[[nodiscard]] NumberFormat seconds(int decimals = 2);

// "1,234.5 s", with spaces that do not break; an en dash for what is not a finite number.
[[nodiscard]] std::string to_text(double value, const NumberFormat& format);

}  // namespace kennel::report

// The files that every page carries inside itself. Embedded in the program; they live as long.
#pragma once

#include <string_view>

namespace kennel::report {

[[nodiscard]] std::string_view style_sheet();
// Sorts and unfolds tables; stands alone.
[[nodiscard]] std::string_view table_script();
// Draws the charts; needs ECharts before it.
[[nodiscard]] std::string_view chart_script();
[[nodiscard]] std::string_view echarts();

}  // namespace kennel::report

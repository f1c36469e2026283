// Charts: a figure whose data stands in a JSON block, drawn by the page's script. Small charts
// carry their numbers as a table too, for those who cannot see the drawing.
#pragma once

#include <string>

#include "report/page.h"

namespace kennel::report {

[[nodiscard]] std::string block_html(const LineChart& chart);
[[nodiscard]] std::string block_html(const BarChart& chart);
[[nodiscard]] std::string block_html(const ConfusionMatrix& matrix);
[[nodiscard]] std::string block_html(const ScatterChart& chart);
[[nodiscard]] std::string block_html(const ParallelChart& chart);
[[nodiscard]] std::string block_html(const HeatMap& map);
[[nodiscard]] std::string block_html(const Timeline& timeline);

}  // namespace kennel::report

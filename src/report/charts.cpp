#include "report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "report/blocks.h"
#include "report/figure.h"

namespace kennel::report {
namespace {

using nlohmann::json;

// Beyond this many numbers a table below the chart helps nobody and doubles the page.
constexpr std::size_t kTabulatedMax = 600;

json to_json(const NumberFormat& format) {
  return {{"decimals", format.decimals}, {"scale", format.scale}, {"unit", format.unit}};
}

json to_json(const Series& series) {
  base::check(series.x.size() == series.y.size(), "a series has one y for each x");
  return {{"name", series.name}, {"x", series.x}, {"y", series.y}};
}

bool share_their_x(const std::vector<Series>& all) {
  return std::ranges::all_of(all, [&](const Series& one) { return one.x == all.front().x; });
}

std::string numbers_table(const LineChart& chart) {
  if (chart.series.empty() || !share_their_x(chart.series)) return {};
  const std::vector<double>& x = chart.series.front().x;
  if (x.size() * chart.series.size() > kTabulatedMax) return {};
  Table table{.title = "", .columns = {text_column(chart.x_label)}, .rows = {}};
  for (const Series& one : chart.series) {
    table.columns.push_back(number_column(one.name, chart.format));
  }
  for (std::size_t at = 0; at < x.size(); ++at) {
    std::vector<Cell>& row = table.rows.emplace_back(1, fmt::format("{}", x[at]));
    for (const Series& one : chart.series) row.emplace_back(one.y[at]);
  }
  return block_html(table);
}

std::string spoken_summary(const LineChart& chart) {
  std::string text = fmt::format("Line chart, {} by {}.", chart.y_label, chart.x_label);
  for (const Series& one : chart.series) {
    if (one.y.empty()) continue;
    text += fmt::format(" {}: from {} to {}.", one.name, to_text(one.y.front(), chart.format),
                        to_text(one.y.back(), chart.format));
  }
  for (const Mark& mark : chart.marks) text += fmt::format(" {} at {}.", mark.label, mark.x);
  return text;
}

std::string numbers_table(const BarChart& chart) {
  if (chart.bars.size() > kTabulatedMax) return {};
  Table table{.title = "",
              .columns = {text_column(""), number_column(chart.value_label, chart.format)},
              .rows = {}};
  for (const Bar& bar : chart.bars) table.rows.push_back({bar.label, bar.value});
  return block_html(table);
}

std::string spoken_summary(const BarChart& chart) {
  if (chart.bars.empty()) return "Bar chart without bars.";
  const Bar& most = *std::ranges::max_element(chart.bars, {}, &Bar::value);
  return fmt::format("Bar chart, {} bars. The longest is {}: {}.", chart.bars.size(), most.label,
                     to_text(most.value, chart.format));
}

// Most cells of a large matrix are empty: only the others travel, as (truth, predicted, count).
json filled_cells(const ConfusionMatrix& matrix) {
  json cells = json::array();
  for (std::size_t at = 0; at < matrix.counts.size(); ++at) {
    if (matrix.counts[at] == 0) continue;
    cells.push_back({at / matrix.classes.size(), at % matrix.classes.size(), matrix.counts[at]});
  }
  return cells;
}

std::string spoken_summary(const ConfusionMatrix& matrix) {
  std::uint64_t all = 0;
  std::uint64_t right = 0;
  for (std::size_t at = 0; at < matrix.counts.size(); ++at) {
    all += matrix.counts[at];
    const bool on_diagonal = at / matrix.classes.size() == at % matrix.classes.size();
    if (on_diagonal) right += matrix.counts[at];
  }
  return fmt::format("Confusion matrix of {} classes: {} of {} on the diagonal.",
                     matrix.classes.size(), right, all);
}

}  // namespace

std::string block_html(const LineChart& chart) {
  json series = json::array();
  for (const Series& one : chart.series) series.push_back(to_json(one));
  json marks = json::array();
  for (const Mark& mark : chart.marks) marks.push_back({{"x", mark.x}, {"label", mark.label}});
  return figure_html({.kind = "line",
                      .title = chart.title,
                      .spoken = spoken_summary(chart),
                      .width = chart.width,
                      .data = {{"xLabel", chart.x_label},
                               {"yLabel", chart.y_label},
                               {"format", to_json(chart.format)},
                               {"series", std::move(series)},
                               {"marks", std::move(marks)}},
                      .table = numbers_table(chart)});
}

std::string block_html(const BarChart& chart) {
  json bars = json::array();
  for (const Bar& bar : chart.bars) bars.push_back({{"label", bar.label}, {"value", bar.value}});
  return figure_html({.kind = "bar",
                      .title = chart.title,
                      .spoken = spoken_summary(chart),
                      .width = chart.width,
                      .data = {{"valueLabel", chart.value_label},
                               {"format", to_json(chart.format)},
                               {"horizontal", chart.direction == Direction::kHorizontal},
                               {"bars", std::move(bars)}},
                      .table = numbers_table(chart)});
}

std::string block_html(const ConfusionMatrix& matrix) {
  base::check(matrix.counts.size() == matrix.classes.size() * matrix.classes.size(),
              "a confusion matrix has one count for each pair of classes");
  return figure_html({.kind = "confusion",
                      .title = matrix.title,
                      .spoken = spoken_summary(matrix),
                      .width = Width::kFull,
                      .data = {{"classes", matrix.classes}, {"cells", filled_cells(matrix)}},
                      .table = ""});
}

}  // namespace kennel::report

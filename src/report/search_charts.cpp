// Charts of many trials: points, lines through parallel axes, a surface, a timeline.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "report/charts.h"
#include "report/figure.h"

namespace kennel::report {
namespace {

using nlohmann::json;

json to_json(const ScatterAxis& axis) {
  return {
      {"label", axis.label}, {"logarithmic", axis.logarithmic}, {"categories", axis.categories}};
}

json to_json(const PointSeries& series) {
  base::check(series.x.size() == series.y.size(), "a series has one y for each x");
  base::check(series.labels.empty() || series.labels.size() == series.x.size(),
              "a series has a label for each point, or none");
  return {{"name", series.name},
          {"x", series.x},
          {"y", series.y},
          {"labels", series.labels},
          {"stepped", series.stepped}};
}

json to_json(const std::vector<Tick>& ticks) {
  json all = json::array();
  for (const Tick& tick : ticks) all.push_back({tick.at, tick.label});
  return all;
}

std::size_t count_points(const std::vector<PointSeries>& all) {
  std::size_t points = 0;
  for (const PointSeries& one : all) points += one.x.size();
  return points;
}

}  // namespace

std::string block_html(const ScatterChart& chart) {
  json series = json::array();
  for (const PointSeries& one : chart.series) series.push_back(to_json(one));
  return figure_html(
      {.kind = "scatter",
       .title = chart.title,
       .spoken = fmt::format("{} points, {} by {}.", count_points(chart.series), chart.y.label,
                             chart.x.label),
       .width = chart.width,
       .data = {{"x", to_json(chart.x)}, {"y", to_json(chart.y)}, {"series", std::move(series)}},
       .table = ""});
}

std::string block_html(const ParallelChart& chart) {
  json axes = json::array();
  for (const ScatterAxis& axis : chart.axes) axes.push_back(to_json(axis));
  base::check(chart.names.size() == chart.rows.size(), "each row has a name");
  const bool whole = std::ranges::all_of(
      chart.rows, [&](const auto& row) { return row.size() == chart.axes.size(); });
  base::check(whole, "each row has a value for each axis");
  return figure_html({.kind = "parallel",
                      .title = chart.title,
                      .spoken = fmt::format("{} lines through {} parallel axes.", chart.rows.size(),
                                            chart.axes.size()),
                      .width = Width::kFull,
                      .data = {{"axes", std::move(axes)},
                               {"rows", chart.rows},
                               {"names", chart.names},
                               {"lowerIsBetter", chart.better == Better::kLower}},
                      .table = ""});
}

std::string block_html(const HeatMap& map) {
  base::check(map.columns > 0 && map.values.size() % map.columns == 0, "a heat map has whole rows");
  return figure_html({.kind = "heat",
                      .title = map.title,
                      .spoken = fmt::format("A surface over {} and {}.", map.x_label, map.y_label),
                      .width = map.width,
                      .data = {{"xLabel", map.x_label},
                               {"yLabel", map.y_label},
                               {"columns", map.columns},
                               {"values", map.values},
                               {"xTicks", to_json(map.x_ticks)},
                               {"yTicks", to_json(map.y_ticks)},
                               {"points", to_json(map.points)}},
                      .table = ""});
}

std::string block_html(const Timeline& timeline) {
  json spans = json::array();
  for (const Span& span : timeline.spans) {
    spans.push_back(
        {{"label", span.label}, {"kind", span.kind}, {"begin", span.begin}, {"end", span.end}});
  }
  return figure_html({.kind = "timeline",
                      .title = timeline.title,
                      .spoken = fmt::format("A timeline of {} bars.", timeline.spans.size()),
                      .width = Width::kFull,
                      .data = {{"spans", std::move(spans)}},
                      .table = ""});
}

}  // namespace kennel::report

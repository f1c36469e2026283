#include "load/histogram_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kennel::load {

namespace {

constexpr double kCells = 40;

// Three digits that count, and no exponent: "0.0123", "12.3", "12300".
std::string to_three_digits(double ms) {
  const int before_point = static_cast<int>(std::floor(std::log10(ms))) + 1;
  return fmt::format("{:.{}f}", ms, std::max(0, 3 - before_point));
}

// At least one cell for what is there at all.
std::string bar(std::uint64_t count, std::uint64_t most) {
  if (count == 0) return "";
  const double cells = kCells * static_cast<double>(count) / static_cast<double>(most);
  return std::string(static_cast<std::size_t>(std::max(1.0, std::round(cells))), '#');
}

}  // namespace

std::vector<std::string> histogram_lines(const std::vector<LatencyRange>& ranges) {
  if (ranges.empty()) return {};
  const std::uint64_t most = std::ranges::max_element(ranges, {}, &LatencyRange::count)->count;
  std::vector<std::array<std::string, 2>> edges;
  std::size_t width = 0;
  for (const LatencyRange& range : ranges) {
    edges.push_back({to_three_digits(range.from_ms), to_three_digits(range.to_ms)});
    width = std::max({width, edges.back()[0].size(), edges.back()[1].size()});
  }
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < ranges.size(); ++at) {
    lines.push_back(fmt::format("{:>{}} - {:>{}} ms  {:<{}}  {}", edges[at][0], width, edges[at][1],
                                width, bar(ranges[at].count, most), static_cast<int>(kCells),
                                ranges[at].count));
  }
  return lines;
}

}  // namespace kennel::load

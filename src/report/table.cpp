#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "report/blocks.h"
#include "report/escape.h"

namespace kennel::report {
namespace {

std::string heading_html(const Column& column) {
  return fmt::format("<th scope=\"col\"{}>{}</th>", column.format ? " class=\"number\"" : "",
                     escape_html(column.title));
}

// `data-value` is what sorting goes by: the number before it was rounded.
std::string number_cell_html(double value, const Column& column) {
  const std::string text = to_text(value, *column.format);
  if (!std::isfinite(value)) return fmt::format("<td class=\"number\">{}</td>", text);
  if (!column.bar) {
    return fmt::format("<td class=\"number\" data-value=\"{}\">{}</td>", value, text);
  }
  return fmt::format("<td class=\"number share\" data-value=\"{}\" style=\"--part:{:.4f}\">{}</td>",
                     value, std::clamp(value, 0.0, 1.0), text);
}

// The first column of text names the row.
std::string text_cell_html(const std::string& text, bool names_the_row) {
  return names_the_row ? fmt::format("<th scope=\"row\">{}</th>", escape_html(text))
                       : fmt::format("<td>{}</td>", escape_html(text));
}

std::string cell_html(const Cell& cell, const Column& column, bool names_the_row) {
  if (!column.format) {
    base::check(std::holds_alternative<std::string>(cell), "a column of text holds text");
    return text_cell_html(std::get<std::string>(cell), names_the_row);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return fmt::format("<td class=\"number\">{}</td>", escape_html(*text));
  }
  return number_cell_html(std::get<double>(cell), column);
}

std::string row_html(const std::vector<Cell>& row, const Table& table) {
  base::check(row.size() == table.columns.size(), "a row has one cell for each column");
  std::string html = "<tr>";
  for (std::size_t at = 0; at < row.size(); ++at) {
    html += cell_html(row[at], table.columns[at], at == 0);
  }
  return html + "</tr>\n";
}

}  // namespace

Column text_column(std::string title) { return {.title = std::move(title), .format = {}}; }

Column number_column(std::string title, NumberFormat format) {
  return {.title = std::move(title), .format = std::move(format)};
}

Column share_column(std::string title, int decimals) {
  return {.title = std::move(title), .format = percent(decimals), .bar = true};
}

std::string block_html(const Table& table) {
  std::string html = "<div class=\"table\">" + element("h3", table.title);
  html += fmt::format(
      "<div class=\"scroll\"><table data-rows-shown=\"{}\" aria-label=\"{}\"><thead><tr>",
      table.rows_shown, escape_html(table.title));
  for (const Column& column : table.columns) html += heading_html(column);
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : table.rows) html += row_html(row, table);
  return html + "</tbody></table></div></div>\n";
}

}  // namespace kennel::report

#include "report/figure.h"

#include <fmt/format.h>

#include "report/blocks.h"
#include "report/escape.h"

namespace kennel::report {

std::string figure_html(Figure figure) {
  figure.data["kind"] = figure.kind;
  std::string html = fmt::format("<figure class=\"chart {}{}\">", figure.kind,
                                 figure.width == Width::kHalf ? " half" : "");
  if (!figure.title.empty()) html += "<figcaption>" + element("h3", figure.title) + "</figcaption>";
  html += fmt::format("<div class=\"canvas\" role=\"img\" aria-label=\"{}\"></div>",
                      escape_html(figure.spoken));
  html += "<noscript><p class=\"remark\">The drawing needs JavaScript.</p></noscript>";
  html += "<script type=\"application/json\">" + to_script_json(figure.data) + "</script>";
  if (!figure.table.empty()) {
    html += "<details><summary>Numbers</summary>" + figure.table + "</details>";
  }
  return html + "</figure>\n";
}

}  // namespace kennel::report

#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "report/assets.h"
#include "report/blocks.h"
#include "report/charts.h"
#include "report/escape.h"

namespace kennel::report {
namespace {

// A list of contents pays from this many sections on.
constexpr std::size_t kListedSectionsMin = 3;

struct Scripts {
  std::string_view echarts;  // empty where there is no chart
  std::string own;
};

bool is_chart(const Block& block) {
  return std::holds_alternative<LineChart>(block) || std::holds_alternative<BarChart>(block) ||
         std::holds_alternative<ConfusionMatrix>(block);
}

bool has_chart(const Page& page) {
  return std::ranges::any_of(page.sections, [](const Section& section) {
    return std::ranges::any_of(section.blocks, is_chart);
  });
}

Scripts scripts_for(const Page& page) {
  Scripts scripts{.echarts = {}, .own = std::string(table_script())};
  if (!has_chart(page)) return scripts;
  scripts.echarts = echarts();
  scripts.own += chart_script();
  return scripts;
}

std::string source_expression(std::string_view script) {
  const base::Digest digest = base::sha256(base::as_bytes(script));
  return fmt::format("'sha256-{}'", base::to_base64(digest.bytes));
}

// Only the scripts that we put there run, by their digests, and nothing may be loaded or sent:
// even a class name that slipped through the escaping could do no harm. ECharts writes style
// attributes into its tooltips, so that styles have to stay open.
std::string content_policy(const Scripts& scripts) {
  std::string sources = source_expression(scripts.own);
  if (!scripts.echarts.empty()) sources.append(" ").append(source_expression(scripts.echarts));
  return fmt::format(
      "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; "
      "base-uri 'none'; form-action 'none'",
      sources);
}

std::string head_html(const Page& page, const Scripts& scripts) {
  return fmt::format(
      "<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n",
      content_policy(scripts), escape_html(page.title), style_sheet());
}

std::string contents_html(const std::vector<Section>& sections) {
  if (sections.size() < kListedSectionsMin) return {};
  std::string html = "<nav aria-label=\"Contents\"><ol>\n";
  for (std::size_t at = 0; at < sections.size(); ++at) {
    html += fmt::format("<li><a href=\"#section-{}\">{}</a></li>\n", at + 1,
                        escape_html(sections[at].title));
  }
  return html + "</ol></nav>\n";
}

std::string section_html(const Section& section, std::size_t number) {
  std::string html = fmt::format(
      "<section id=\"section-{0}\" aria-labelledby=\"title-{0}\">\n"
      "<h2 id=\"title-{0}\">{1}</h2>\n",
      number, escape_html(section.title));
  if (!section.lead.empty()) {
    html += fmt::format("<p class=\"lead\">{}</p>\n", escape_html(section.lead));
  }
  html += "<div class=\"blocks\">\n";
  for (const Block& block : section.blocks) {
    html += std::visit([](const auto& one) { return block_html(one); }, block);
  }
  return html + "</div>\n</section>\n";
}

std::string body_html(const Page& page) {
  std::string html = "<body>\n<header>\n" + element("h1", page.title) +
                     element("p", page.subtitle) + "\n" + headlines_html(page.headlines) +
                     "</header>\n" + contents_html(page.sections) + "<main>\n";
  for (std::size_t at = 0; at < page.sections.size(); ++at) {
    html += section_html(page.sections[at], at + 1);
  }
  return html + "</main>\n" + element("footer", page.footer) + "\n";
}

// A digest in the policy covers every byte between the tags, so that no line feed may be added.
std::string scripts_html(const Scripts& scripts) {
  std::string html;
  if (!scripts.echarts.empty()) html = fmt::format("<script>{}</script>\n", scripts.echarts);
  return html + fmt::format("<script type=\"module\">{}</script>\n", scripts.own);
}

}  // namespace

std::string to_html(const Page& page) {
  const Scripts scripts = scripts_for(page);
  return "<!doctype html>\n<html lang=\"en\">\n" + head_html(page, scripts) + body_html(page) +
         scripts_html(scripts) + "</body>\n</html>\n";
}

}  // namespace kennel::report

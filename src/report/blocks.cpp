#include "report/blocks.h"

#include <fmt/format.h>

#include "report/escape.h"

namespace kennel::report {
namespace {

std::string photo_html(const Photo& photo) {
  std::string html = fmt::format(
      "<li><figure><img decoding=\"async\" alt=\"{}\" "
      "src=\"data:image/jpeg;base64,{}\"><figcaption>",
      escape_html(photo.description), base::to_base64(photo.jpeg));
  std::string_view tag = "strong";
  for (const std::string& line : photo.caption) {
    html += element(tag, line);
    tag = "span";
  }
  return html + "</figcaption></figure></li>\n";
}

}  // namespace

std::string element(std::string_view tag, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<{0}>{1}</{0}>", tag, escape_html(text));
}

std::string headlines_html(const std::vector<Headline>& headlines) {
  if (headlines.empty()) return {};
  std::string html = "<dl class=\"headlines\">\n";
  for (const Headline& headline : headlines) {
    html += "<div>" + element("dt", headline.label);
    html += fmt::format("<dd>{}{}</dd></div>\n", element("strong", headline.value),
                        element("span", headline.remark));
  }
  return html + "</dl>\n";
}

std::string block_html(const Note& note) {
  std::string html = note.tone == Tone::kWarning ? "<div class=\"note warning\" role=\"note\">"
                                                 : "<div class=\"note\">";
  std::string_view rest = note.text;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\n\n");
    html += element("p", rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  }
  return html + "</div>\n";
}

std::string block_html(const KeyValues& facts) {
  std::string html = "<div class=\"facts\">" + element("h3", facts.title) + "<dl>\n";
  for (const KeyValue& fact : facts.entries) {
    html += "<div>" + element("dt", fact.key);
    html += fmt::format("<dd>{}</dd></div>\n", escape_html(fact.value));
  }
  return html + "</dl></div>\n";
}

std::string block_html(const PhotoGrid& grid) {
  std::string html = "<div class=\"photos\">" + element("h3", grid.title) + "<ul>\n";
  for (const Photo& photo : grid.photos) html += photo_html(photo);
  return html + "</ul></div>\n";
}

}  // namespace kennel::report

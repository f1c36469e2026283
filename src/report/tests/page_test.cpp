#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "report/assets.h"

namespace kennel::report {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kHostile = "</script><img src=x onerror=alert(1)>\"'";

std::string page_with(Block block) {
  return to_html({.title = "A page",
                  .subtitle = "",
                  .headlines = {},
                  .sections = {{.title = "Only", .lead = "", .blocks = {std::move(block)}}},
                  .footer = ""});
}

std::string without(std::string text, std::string_view part) {
  const auto at = text.find(part);
  return at == std::string::npos ? text : text.erase(at, part.size());
}

// What follows `opening` up to the next `closing`, wherever it stands in `text`.
std::vector<std::string> all_between(std::string_view text, std::string_view opening,
                                     std::string_view closing) {
  std::vector<std::string> found;
  for (auto at = text.find(opening); at != text.npos; at = text.find(opening, at)) {
    at += opening.size();
    found.emplace_back(text.substr(at, text.find(closing, at) - at));
  }
  return found;
}

json chart_data(const std::string& html) {
  return json::parse(all_between(html, "<script type=\"application/json\">", "</script>").front());
}

LineChart line_chart(std::string name) {
  return {.title = "Loss",
          .x_label = "Epoch",
          .y_label = "Loss",
          .series = {{.name = std::move(name), .x = {1, 2}, .y = {0.5, 0.25}}},
          .marks = {{.x = 2, .label = "best"}}};
}

Page everything(const std::string& text) {
  Page page{.title = text,
            .subtitle = text,
            .headlines = {{text, text, text}},
            .sections = {},
            .footer = text};
  Section section{.title = text, .lead = text, .blocks = {}};
  section.blocks = {Note{.text = text, .tone = Tone::kWarning},
                    KeyValues{.title = text, .entries = {{text, text}}},
                    Table{.title = text,
                          .columns = {text_column(text), number_column(text, number())},
                          .rows = {{text, text}}},
                    PhotoGrid{.title = text, .photos = {{{0xFF}, text, {text, text}}}},
                    line_chart(text),
                    BarChart{.title = text, .value_label = text, .bars = {{text, 1}}},
                    ConfusionMatrix{.title = text, .classes = {text}, .counts = {1}}};
  page.sections.assign(4, section);
  return page;
}

TEST(ToHtml, EscapesForeignTextWhereverItStands) {
  const std::string html = to_html(everything(kHostile));
  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;"));
  // Four sections with three charts each, ECharts and our own: no foreign text ended one early.
  EXPECT_EQ(all_between(html, "</script", ">").size(), 4U * 3U + 2U);
}

TEST(ToHtml, RefersToNothingOutsideOfItself) {
  const std::string html = without(to_html(everything("plain")), echarts());
  EXPECT_THAT(html, Not(HasSubstr("://")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  for (const char* attribute : {" src=\"", " href=\""}) {
    const std::vector<std::string> targets = all_between(html, attribute, "\"");
    EXPECT_THAT(targets, testing::SizeIs(testing::Ge(4)));
    EXPECT_THAT(targets, Each(AnyOf(StartsWith("data:"), StartsWith("#section-"))));
  }
}

TEST(ToHtml, LetsOnlyItsOwnScriptsRunAndLoadsNothing) {
  const std::string html = page_with(line_chart("valid"));
  EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; script-src 'sha256-"));
  const std::string policy = html.substr(0, html.find("<title>"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
  const std::string own = all_between(html, "<script type=\"module\">", "</script>").front();
  for (const std::string_view script : {std::string_view(own), echarts()}) {
    const base::Digest digest = base::sha256(base::as_bytes(script));
    EXPECT_THAT(policy, HasSubstr("'sha256-" + base::to_base64(digest.bytes) + "'"));
  }
}

TEST(ToHtml, CarriesEchartsOnceAndOnlyForCharts) {
  Page page = everything("plain");
  const std::string with_charts = to_html(page);
  EXPECT_NE(with_charts.find(echarts()), std::string::npos);
  EXPECT_EQ(without(with_charts, echarts()).find(echarts()), std::string::npos);
  const std::string without_charts = page_with(Note{.text = "Nothing to draw."});
  EXPECT_LT(without_charts.size(), 40'000U);
}

TEST(ToHtml, ListsItsContentsWhenThereAreSeveralSections) {
  Page page{.title = "A page", .subtitle = "", .headlines = {}, .sections = {}, .footer = ""};
  page.sections = {{"One", "", {}}, {"Two", "", {}}};
  EXPECT_THAT(to_html(page), Not(HasSubstr("<nav")));
  page.sections.push_back({"Three", "", {}});
  EXPECT_THAT(to_html(page), HasSubstr("<a href=\"#section-3\">Three</a>"));
  EXPECT_THAT(to_html(page), HasSubstr("<section id=\"section-3\""));
}

TEST(ToHtml, ReadsTheSameTwice) {
  EXPECT_EQ(to_html(everything("plain")), to_html(everything("plain")));
}

TEST(TableBlock, RoundsWhatIsSeenAndSortsByWhatWasMeasured) {
  const std::string html = page_with(Table{
      .title = "",
      .columns = {text_column("Class"), number_column("Loss", number(2)), share_column("Recall")},
      .rows = {{"pug", 0.12345, 0.5}}});
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">pug</th>"
                              "<td class=\"number\" data-value=\"0.12345\">0.12</td>"
                              "<td class=\"number share\" data-value=\"0.5\" "
                              "style=\"--part:0.5000\">50.0\u00a0%</td>"));
}

TEST(TableBlock, GivesNoSortingValueToWhatIsNoNumber) {
  const std::string html = page_with(Table{
      .title = "", .columns = {share_column("Precision")}, .rows = {{std::nan("")}, {"none"}}});
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">\u2013</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">none</td>"));
}

TEST(TableBlockDeathTest, EndsTheProcessOnARowOfTheWrongLength) {
  EXPECT_DEATH((void)page_with(Table{.title = "", .columns = {text_column("A")}, .rows = {{}}}),
               "one cell for each column");
}

TEST(PhotoBlock, CarriesThePhotosInside) {
  const std::string html =
      page_with(PhotoGrid{.title = "", .photos = {{{1, 2, 3}, "A pug", {"pug", "loss 4.20"}}}});
  EXPECT_THAT(html, HasSubstr("alt=\"A pug\" src=\"data:image/jpeg;base64,AQID\""));
  EXPECT_THAT(html, HasSubstr("<strong>pug</strong><span>loss 4.20</span>"));
}

TEST(NoteBlock, PartsParagraphsAtBlankLines) {
  EXPECT_THAT(page_with(Note{.text = "One.\n\nTwo."}), HasSubstr("<p>One.</p><p>Two.</p>"));
}

TEST(LineChartBlock, HandsOverItsSeriesAndMarks) {
  const json data = chart_data(page_with(line_chart("valid")));
  EXPECT_EQ(data["kind"], "line");
  EXPECT_EQ(data["series"], json::parse(R"([{"name":"valid","x":[1,2],"y":[0.5,0.25]}])"));
  EXPECT_EQ(data["marks"], json::parse(R"([{"x":2,"label":"best"}])"));
}

TEST(LineChartBlock, TellsItsNumbersToThoseWhoDoNotSeeTheDrawing) {
  const std::string html = page_with(line_chart("valid"));
  EXPECT_THAT(html, HasSubstr("role=\"img\" aria-label=\"Line chart, Loss by Epoch. valid: from "
                              "0.50 to 0.25. best at 2.\""));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">2</th>"
                              "<td class=\"number\" data-value=\"0.25\">0.25</td>"));
}

TEST(LineChartBlock, LeavesOutTheTableOfALongSeries) {
  LineChart chart = line_chart("load");
  chart.series[0].x.assign(5000, 1.0);
  chart.series[0].y.assign(5000, 2.0);
  EXPECT_THAT(page_with(chart), Not(HasSubstr("<details>")));
}

TEST(LineChartBlockDeathTest, EndsTheProcessWhenXAndYDifferInLength) {
  LineChart chart = line_chart("valid");
  chart.series[0].y.pop_back();
  EXPECT_DEATH((void)page_with(chart), "one y for each x");
}

TEST(BarChartBlock, HandsOverItsBarsInOrder) {
  const std::string html = page_with(BarChart{.title = "Time",
                                              .value_label = "Seconds",
                                              .bars = {{"decode", 0.5}, {"backbone", 2}},
                                              .format = seconds(1)});
  const json data = chart_data(html);
  EXPECT_EQ(data["horizontal"], true);
  EXPECT_EQ(data["bars"], json::parse(R"([{"label":"decode","value":0.5},
                                          {"label":"backbone","value":2.0}])"));
  EXPECT_THAT(html, HasSubstr("The longest is backbone: 2.0\u00a0s."));
}

TEST(ConfusionBlock, SendsOnlyTheCellsThatHoldSomething) {
  const std::string html =
      page_with(ConfusionMatrix{.title = "", .classes = {"collie", "pug"}, .counts = {3, 1, 0, 4}});
  EXPECT_EQ(chart_data(html)["cells"], json::parse("[[0,0,3],[0,1,1],[1,1,4]]"));
  EXPECT_THAT(html, HasSubstr("Confusion matrix of 2 classes: 7 of 8 on the diagonal."));
}

TEST(ConfusionBlockDeathTest, EndsTheProcessWhenTheMatrixIsNotSquare) {
  EXPECT_DEATH((void)page_with(ConfusionMatrix{.title = "", .classes = {"pug"}, .counts = {1, 2}}),
               "one count for each pair");
}

}  // namespace
}  // namespace kennel::report

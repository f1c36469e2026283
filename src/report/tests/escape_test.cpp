#include "report/escape.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace kennel::report {
namespace {

using nlohmann::json;

TEST(EscapeHtml, LeavesNothingThatHtmlCouldReadAsItsOwn) {
  EXPECT_EQ(escape_html("<b class=\"x\">Tom & 'Jerry'</b>"),
            "&lt;b class=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/b&gt;");
}

TEST(EscapeHtml, KeepsUtf8OfEveryLength) {
  const std::string text = "a é 柴 🐕 \u07ff\ue000\U0010ffff";
  EXPECT_EQ(escape_html(text), text);
}

TEST(EscapeHtml, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(escape_html("a\xff\xfez"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(escape_html("\xe6\x9f"), "\uFFFD\uFFFD");  // cut short
  EXPECT_EQ(escape_html("\xe6<"), "\uFFFD&lt;");       // the promise of a byte hides no "<"
  EXPECT_EQ(escape_html("\xc0\xbc"), "\uFFFD\uFFFD");  // "<", overlong
  EXPECT_EQ(escape_html("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(escape_html("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
}

TEST(EscapeHtml, ReplacesControlCharactersButNotWhiteSpace) {
  EXPECT_EQ(escape_html(std::string_view("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(escape_html("a\tb\nc"), "a\tb\nc");
}

TEST(ToScriptJson, HoldsNothingThatEndsTheBlockAndReadsBackTheSame) {
  const json value = {{"name", "</script><!--<script>\"\\"}, {"y", {1.5, -2}}};
  const std::string text = to_script_json(value);
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(json::parse(text), value);
}

TEST(ToScriptJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(to_script_json(json("a\xff")), "\"a\uFFFD\"");
}

TEST(ToScriptJson, WritesNullForWhatIsNoNumber) {
  const json value = {1.0, std::numeric_limits<double>::quiet_NaN(),
                      std::numeric_limits<double>::infinity()};
  EXPECT_EQ(to_script_json(value), "[1.0,null,null]");
}

}  // namespace
}  // namespace kennel::report

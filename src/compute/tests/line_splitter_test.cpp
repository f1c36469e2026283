#include "compute/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::compute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::string_literals;

const LineSplitter::TimePoint kNow{std::chrono::seconds(1'800'000'000)};

std::vector<std::string> split(std::string_view text) {
  LineSplitter splitter;
  auto lines = splitter.push(text, kNow);
  for (auto& line : splitter.finish()) lines.push_back(std::move(line));
  return lines;
}

TEST(LineSplitter, EndsLinesAtTheirEnds) {
  EXPECT_THAT(split("a\nb\n\nc"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split("a\r\nb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(split(""), IsEmpty());
}

TEST(LineSplitter, PutsTogetherWhatComesInPieces) {
  LineSplitter splitter;
  EXPECT_THAT(splitter.push("ep", kNow), IsEmpty());
  EXPECT_THAT(splitter.push("och=1\r", kNow), IsEmpty());
  EXPECT_THAT(splitter.push("\nnext", kNow), ElementsAre("epoch=1"));
  EXPECT_THAT(splitter.finish(), ElementsAre("next"));
  EXPECT_THAT(splitter.finish(), IsEmpty());
}

TEST(LineSplitter, KeepsTheLastFrameOfAProgressBar) {
  EXPECT_THAT(split("\r 10%\r 50%\r100%\ndone\n"), ElementsAre("100%", "done"));
  EXPECT_THAT(split("10%\r20%\r"), ElementsAre("20%"));
}

TEST(LineSplitter, TellsABarThatGoesOnOnceASecond) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  for (int tenth = 0; tenth < 35; ++tenth) {
    const std::string frame = "\r" + std::to_string(tenth);
    for (auto& line : splitter.push(frame, kNow + std::chrono::milliseconds(100 * tenth))) {
      lines.push_back(std::move(line));
    }
  }
  // The frame that stood there when the next one came.
  EXPECT_THAT(lines, ElementsAre("9", "19", "29"));
  EXPECT_THAT(splitter.finish(), ElementsAre("34"));
}

TEST(LineSplitter, CutsLinesThatAreTooLong) {
  const std::string text(LineSplitter::kLineBytesMax + 10, 'x');
  const auto lines = split(text);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].size() + lines[1].size(), text.size());
}

TEST(LineSplitter, NeverCutsWithinALetter) {
  std::string text;
  while (text.size() <= 2 * LineSplitter::kLineBytesMax) text += "\xE2\x82\xAC";
  std::string joined;
  for (const auto& line : split(text)) {
    EXPECT_EQ(line.find("\xEF\xBF\xBD"), std::string::npos);
    EXPECT_LE(line.size(), LineSplitter::kLineBytesMax + 3);
    joined += line;
  }
  EXPECT_EQ(joined, text);
}

TEST(LineSplitter, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_THAT(split("a\xFFz"), ElementsAre("a" + bad + "z"));
  EXPECT_THAT(split("\xC0\xAF"), ElementsAre(bad + bad));            // overlong
  EXPECT_THAT(split("\xED\xA0\x80"), ElementsAre(bad + bad + bad));  // a surrogate
  EXPECT_THAT(split("\xE2\x82"), ElementsAre(bad + bad));
  EXPECT_THAT(split("\xF0\x9F\x90\xB6 \xC3\xA9"), ElementsAre("\xF0\x9F\x90\xB6 \xC3\xA9"));
}

TEST(LineSplitter, DropsControlCharacters) {
  EXPECT_THAT(split("a\0b\x07\tc\x1b[0m\x7F"s), ElementsAre("ab\tc\x1b[0m"));
}

}  // namespace
}  // namespace kennel::compute

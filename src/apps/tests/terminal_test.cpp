#include "apps/terminal.h"

#include <gtest/gtest.h>

namespace kennel::apps {
namespace {

TEST(Terminal, LetsColoursThroughAndEndsThem) {
  EXPECT_EQ(without_escapes("\x1b[1;31mbad", true), "\x1b[1;31mbad\x1b[0m");
  EXPECT_EQ(without_escapes("\x1b[31mbad\x1b[0m", true), "\x1b[31mbad\x1b[0m");
  EXPECT_EQ(without_escapes("\x1b[31mbad\x1b[0m", false), "bad");
}

TEST(Terminal, DropsWhatSteersATerminal) {
  EXPECT_EQ(without_escapes("a\x1b[2Jb", true), "ab");
  EXPECT_EQ(without_escapes("a\x1b[?25lb", true), "ab");
  EXPECT_EQ(without_escapes("a\x1b[", true), "a");
  EXPECT_EQ(without_escapes("a\x1b", true), "a");
  EXPECT_EQ(without_escapes("a\xc2\x9b"
                            "2Jb",
                            true),
            "a2Jb");
  EXPECT_EQ(without_escapes("50 %\r100 %\tok", true), "50 % 100 %\tok");
}

TEST(Terminal, KeepsOtherLetters) {
  EXPECT_EQ(without_escapes("Pudel \xc3\xbc\xc2\xa7", true), "Pudel \xc3\xbc\xc2\xa7");
}

TEST(Terminal, PutsTextInOneLine) { EXPECT_EQ(one_line("a\nb\tc\x1b[31md"), "a b cd"); }

}  // namespace
}  // namespace kennel::apps

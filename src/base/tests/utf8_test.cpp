#include "base/utf8.h"

#include <gtest/gtest.h>

namespace kennel::base {
namespace {

TEST(Utf8, TakesSequencesOfOneToFourBytes) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("beagle"));
  EXPECT_TRUE(is_utf8("é"));
  EXPECT_TRUE(is_utf8("犬"));
  EXPECT_TRUE(is_utf8("🐕"));
}

TEST(Utf8, RefusesBrokenOverlongAndImpossibleSequences) {
  EXPECT_FALSE(is_utf8("caf\xe9"));           // Latin-1
  EXPECT_FALSE(is_utf8("\x80"));              // a following byte without its first
  EXPECT_FALSE(is_utf8("\xe7\x8a"));          // cut short
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // an overlong slash
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
}

TEST(CutText, NeverSplitsACodePoint) {
  EXPECT_EQ(cut_text("abc", 5), "abc");
  EXPECT_EQ(cut_text("a\xE7\x8A\xAC", 4), "a\xE7\x8A\xAC");
  for (const std::size_t bytes : {1, 2, 3}) EXPECT_EQ(cut_text("a\xE7\x8A\xAC", bytes), "a");
  EXPECT_EQ(cut_text("\xE7\x8A\xAC", 0), "");
}

TEST(CutText, GoesOnWhereThereIsNoText) {
  EXPECT_EQ(cut_text(std::string(100, '\x80'), 50).size(), 47U);
}

}  // namespace
}  // namespace kennel::base

#include "dataset/class_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::dataset {
namespace {

using testing::HasSubstr;

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

TEST(ClassName, MayHoldSpacesAndAnyLetters) {
  EXPECT_TRUE(check_class_name("Bouvier des Flandres"));
  EXPECT_TRUE(check_class_name("Münsterländer"));
}

TEST(ClassName, ShowsTheBytesThatAreWrong) {
  EXPECT_THAT(check_class_name("caf\xe9").error().message, HasSubstr("'caf\\xe9'"));
  EXPECT_THAT(check_class_name("a\tb").error().message, HasSubstr("'a\\x09b'"));
}

}  // namespace
}  // namespace kennel::dataset

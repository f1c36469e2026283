#include "dataset/class_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::dataset {
namespace {

using testing::HasSubstr;

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

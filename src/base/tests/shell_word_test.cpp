#include "base/shell_word.h"

#include <gtest/gtest.h>

namespace kennel::base {
namespace {

TEST(ShellWord, IsQuotedWhereItNeedsIt) {
  EXPECT_EQ(to_shell_word("photos/a-1.jpg"), "photos/a-1.jpg");
  EXPECT_EQ(to_shell_word(""), "''");
  EXPECT_EQ(to_shell_word("two words"), "'two words'");
  EXPECT_EQ(to_shell_word("it's $HOME"), "'it'\\''s $HOME'");
}

}  // namespace
}  // namespace kennel::base

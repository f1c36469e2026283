#include "services/logs/log_filter.h"

#include <gtest/gtest.h>

namespace kennel::services::logs {
namespace {

bool matches(std::string_view pattern, std::string_view message) {
  return LogFilter::parse(pattern).value().matches(message);
}

TEST(LogFilter, MatchesEverythingWhereItIsEmpty) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("  ", ""));
}

TEST(LogFilter, WantsEveryTerm) {
  EXPECT_TRUE(matches("epoch loss", "epoch 3 loss 0.5"));
  EXPECT_FALSE(matches("epoch loss", "epoch 3"));
  EXPECT_FALSE(matches("ERROR", "error"));
}

TEST(LogFilter, TakesAPhraseInQuotesAsItIs) {
  EXPECT_TRUE(matches("\"epoch 3\"", "the epoch 3 ends"));
  EXPECT_FALSE(matches("\"epoch 3\"", "3 epoch"));
  EXPECT_TRUE(matches(R"("say \"woof\"")", R"(they say "woof" here)"));
}

TEST(LogFilter, WantsOneOfTheOptionalTerms) {
  EXPECT_TRUE(matches("?ERROR ?WARN", "a WARN"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "an INFO"));
}

TEST(LogFilter, RefusesWhatIsExcluded) {
  EXPECT_TRUE(matches("ERROR -harmless", "ERROR here"));
  EXPECT_FALSE(matches("ERROR -harmless", "harmless ERROR"));
  EXPECT_FALSE(matches("-\"not here\"", "it is not here"));
}

TEST(LogFilter, IsNoOtherKindOfPattern) {
  for (const char* pattern : {"{ $.a = 1 }", "[ip, user]", "%regex%", "\"open", "?", "a -"}) {
    EXPECT_FALSE(LogFilter::parse(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace kennel::services::logs

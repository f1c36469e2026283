#include "wire/validate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "wire/tests/tables.h"

namespace kennel::wire {
namespace {

std::string told(const Document& input) {
  static const Validator kValidator;
  return kValidator.validate(tables::kInput, input).value_or("valid");
}

TEST(Validator, TellsOneError) {
  EXPECT_EQ(told({{"RoleName", "a b"}}),
            "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]+");
  EXPECT_EQ(told(Document::object()),
            "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: "
            "Member must not be null");
}

TEST(Validator, TellsSeveralErrors) {
  EXPECT_EQ(told({{"RoleName", "a b c"}}),
            "2 validation errors detected: Value 'a b c' at 'roleName' failed to satisfy "
            "constraint: Member must have length less than or equal to 4; Value 'a b c' at "
            "'roleName' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: [\\w+=,.@-]+");
}

TEST(Validator, TellsOfPlainItemsAtTheirList) {
  EXPECT_EQ(told({{"RoleName", "a"}, {"Names", {"b", "!"}}}),
            "1 validation error detected: Value '[b, !]' at 'names' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 4, "
            "Member must have length greater than or equal to 1, Member must satisfy regular "
            "expression pattern: [\\w+=,.@-]+]");
  EXPECT_EQ(told({{"RoleName", "a"}, {"Names", {nullptr}}}),
            "1 validation error detected: Value null at 'names.1.member' failed to satisfy "
            "constraint: Member must not be null");
}

TEST(Validator, ShowsNothingThatIsSensitive) {
  EXPECT_EQ(told({{"RoleName", "a"}, {"Password", "short"}}),
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must have length greater than or equal to 8");
  EXPECT_EQ(told({{"RoleName", "a"}, {"Secrets", {"short"}}}).find("short"), std::string::npos);
}

TEST(Validator, CutsLongValues) {
  const std::string sentence = told({{"RoleName", std::string(100'000, 'a')}});
  EXPECT_LT(sentence.size(), 500U);
  EXPECT_NE(sentence.find("aaa...' at 'roleName'"), std::string::npos);
}

TEST(Validator, CountsCodePoints) {
  EXPECT_EQ(
      told({{"RoleName", "a"}, {"Password", "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"}}).substr(0, 1),
      "1");
}

TEST(Validator, TellsNoMoreThanCanBeRead) {
  Document map = Document::object();
  for (int index = 0; index < 1000; ++index) map["k" + std::to_string(index)] = nullptr;
  const std::string sentence = told({{"RoleName", "a"}, {"Attributes", map}});
  EXPECT_EQ(sentence.substr(0, 3), "32 ");
}

TEST(PatternSet, TranslatesWhatJavaSpellsOtherwise) {
  EXPECT_EQ(to_pcre2("[\\u0020-\\uD7FF\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*"),
            "[\\x{20}-\\x{D7FF}\\x{10000}-\\x{10FFFF}\\t]*");
  EXPECT_EQ(to_pcre2("\\p{Print}[\\p{Alnum}\\p{L}]"), "[[:print:]][[:alnum:]\\p{L}]");
}

TEST(PatternSet, HoldsWholeStringsAgainstThem) {
  const PatternSet patterns;
  EXPECT_TRUE(patterns.matches("a+", "aaa"));
  EXPECT_FALSE(patterns.matches("a+", "aaab"));
  EXPECT_FALSE(patterns.matches("a+", "aaa\n"));
  EXPECT_TRUE(patterns.matches("a|ab", "ab"));
  EXPECT_TRUE(patterns.matches("(?!\\s*$).+", "a"));
  EXPECT_FALSE(patterns.matches("(?!\\s*$).+", "  "));
  EXPECT_TRUE(patterns.matches("[\\p{L}\\p{N}]+", "\xC3\xBC\xE7\x8A\xAC"));
  EXPECT_FALSE(patterns.matches("\\w+", "\xC3\xBC"));
}

TEST(PatternSet, GivesUpWhereBacktrackingHasNoEnd) {
  const PatternSet patterns;
  EXPECT_FALSE(patterns.matches("(a+)+(a+)+(a+)+b", std::string(5000, 'a')));
}

TEST(PatternSet, TakesLongDocuments) {
  const PatternSet patterns;
  EXPECT_TRUE(
      patterns.matches("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", std::string(131'072, 'a')));
}

}  // namespace
}  // namespace kennel::wire

#include "engine/answer_check.h"

#include <gtest/gtest.h>

namespace kennel::engine {
namespace {

// Answers as logits of two classes.
std::vector<std::vector<float>> answers(const std::vector<int>& classes) {
  std::vector<std::vector<float>> logits;
  for (const int index : classes) {
    logits.push_back(index == 0 ? std::vector<float>{1, 0} : std::vector<float>{0, 1});
  }
  return logits;
}

// `photos` photos of class 0, of which other precisions got so many wrong.
AnswerCheck check_of(std::size_t photos, std::size_t wrong_before, std::size_t wrong_after,
                     std::size_t differing) {
  return {.photos = photos,
          .differing = differing,
          .labelled = true,
          .right_before = photos - wrong_before,
          .right_after = photos - wrong_after};
}

TEST(CompareAnswers, CountsWhatIsRightAndWhatDiffers) {
  const auto check = compare_answers(answers({0, 0, 1, 1}), answers({0, 1, 1, 0}), {0, 0, 1, 0});
  EXPECT_EQ(check.photos, 4U);
  EXPECT_EQ(check.differing, 2U);
  EXPECT_EQ(check.right_before, 3U);
  EXPECT_EQ(check.right_after, 3U);
}

TEST(CompareAnswers, LeavesOutPhotosThatCouldNotBeRead) {
  const auto check = compare_answers({{1, 0}, {}}, {{1, 0}, {}}, {0, 0});
  EXPECT_EQ(check.photos, 1U);
}

TEST(CompareAnswers, KnowsNoTopOneWithoutLabels) {
  const auto check = compare_answers(answers({0, 1}), answers({0, 0}), {});
  EXPECT_FALSE(check.labelled);
  EXPECT_EQ(check.differing, 1U);
  EXPECT_EQ(to_text(check), "1 of 2 answers differ");
}

TEST(AnswerCheck, HoldsWithinHalfAPointOfTopOne) {
  EXPECT_TRUE(holds(check_of(1000, 50, 55, 10)));
  EXPECT_FALSE(holds(check_of(1000, 50, 56, 10)));
}

TEST(AnswerCheck, HoldsWithinTwoPercentOfOtherAnswers) {
  EXPECT_TRUE(holds(check_of(1000, 50, 50, 20)));
  EXPECT_FALSE(holds(check_of(1000, 50, 50, 21)));
}

TEST(AnswerCheck, LetsASmallSetLoseOnePhoto) {
  EXPECT_TRUE(holds(check_of(30, 2, 3, 1)));
  EXPECT_FALSE(holds(check_of(30, 2, 4, 2)));
}

TEST(AnswerCheck, HoldsWhereAnswersGotBetter) { EXPECT_TRUE(holds(check_of(1000, 50, 40, 15))); }

TEST(AnswerCheck, SaysWhatWasLost) {
  EXPECT_EQ(to_text(check_of(100, 5, 10, 7)),
            "top-1 goes from 0.9500 to 0.9000 and 7 of 100 answers differ");
}

}  // namespace
}  // namespace kennel::engine

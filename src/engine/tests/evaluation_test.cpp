#include "engine/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace kennel::engine {
namespace {

using testing::ElementsAre;

// Four photos of three classes: right, right, wrong, wrong in the same way.
LabelledLogits four_photos() {
  return {.classes = 3,
          .logits = {5, 0, 0,  //
                     0, 5, 0,  //
                     0, 5, 1,  //
                     0, 4, 3},
          .labels = {0, 1, 2, 2}};
}

TEST(Evaluation, CountsTopOneAndTopFive) {
  const auto result = evaluate(four_photos());
  EXPECT_EQ(result.photos, 4U);
  EXPECT_DOUBLE_EQ(result.top1, 0.5);
  EXPECT_DOUBLE_EQ(result.top5, 1.0);
}

TEST(Evaluation, FillsTheConfusionMatrixByTruthThenPrediction) {
  EXPECT_THAT(evaluate(four_photos()).confusion, ElementsAre(1, 0, 0, 0, 1, 0, 0, 2, 0));
}

TEST(Evaluation, ScoresEachClass) {
  const auto scores = evaluate(four_photos()).per_class;
  EXPECT_DOUBLE_EQ(scores[1].recall(), 1.0);
  EXPECT_NEAR(scores[1].precision(), 1.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(scores[1].f1(), 0.5);
  EXPECT_DOUBLE_EQ(scores[2].recall(), 0.0);
  EXPECT_DOUBLE_EQ(scores[2].precision(), 0.0);
}

TEST(Evaluation, PutsTheWorstPhotoFirst) {
  const auto losses = evaluate(four_photos()).losses;
  EXPECT_EQ(losses.front().index, 2U);
  EXPECT_NEAR(losses.front().loss, std::log(std::exp(0) + std::exp(5) + std::exp(1)) - 1, 1e-6);
  EXPECT_EQ(losses.front().prediction, 1);
}

TEST(Evaluation, AveragesTheCrossEntropy) {
  const LabelledLogits even{.classes = 4, .logits = {0, 0, 0, 0}, .labels = {2}};
  EXPECT_NEAR(evaluate(even).loss, std::log(4.0), 1e-6);
}

TEST(Evaluation, FindsNoCalibrationErrorWhereConfidenceIsAccuracy) {
  const float surely = 40;
  const LabelledLogits sure{.classes = 2, .logits = {surely, 0, 0, surely}, .labels = {0, 1}};
  EXPECT_NEAR(evaluate(sure).calibration_error, 0, 1e-6);
}

TEST(Evaluation, FindsTheCalibrationErrorOfSureMistakes) {
  const LabelledLogits wrong{.classes = 2, .logits = {40, 0, 40, 0}, .labels = {1, 0}};
  EXPECT_NEAR(evaluate(wrong).calibration_error, 0.5, 1e-6);
}

TEST(Evaluation, IsZeroWithoutPhotos) {
  const auto result = evaluate({.classes = 2});
  EXPECT_EQ(result.photos, 0U);
  EXPECT_EQ(result.top1, 0);
  EXPECT_EQ(result.loss, 0);
}

TEST(MostConfused, ListsMistakesByHowOftenTheyHappen) {
  const auto mistakes = most_confused(evaluate(four_photos()), 5);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(mistakes[0].truth, 2);
  EXPECT_EQ(mistakes[0].prediction, 1);
  EXPECT_EQ(mistakes[0].count, 2U);
}

TEST(TopIndices, SortsByValueThenByIndex) {
  const std::vector<float> values{1, 3, 3, 2};
  EXPECT_THAT(top_indices(values, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(top_indices(values, 9), ElementsAre(1, 2, 3, 0));
}

TEST(Softmax, SumsToOneAlsoForHugeLogits) {
  const auto probabilities = softmax(std::vector<float>{1000, 1000, 0});
  EXPECT_THAT(probabilities, ElementsAre(0.5F, 0.5F, 0.0F));
}

}  // namespace
}  // namespace kennel::engine

#include "train/head_trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/tests/separable_rows.h"

namespace kennel::train {
namespace {

constexpr int kClasses = 3;
constexpr int kWidth = 6;

HeadOptions options_for(Optimizer optimizer) {
  HeadOptions options{.hidden = 16,
                      .epochs = 6,
                      .batch_size = 8,
                      .optimizer = optimizer,
                      .dropout = 0.2,
                      .seed = 4};
  options.learning_rate = 0.02;
  return options;
}

class EveryOptimizer : public testing::TestWithParam<Optimizer> {
 protected:
  const SeparableRows data_{kClasses, 20, kWidth, 1};
};

TEST_P(EveryOptimizer, LearnsClassesThatCanBeToldApart) {
  HeadTrainer trainer(options_for(GetParam()), kWidth, kClasses);
  for (int epoch = 1; epoch <= 6; ++epoch) {
    ASSERT_TRUE(trainer.train_epoch(epoch, data_.rows(), nullptr));
  }
  const SeparableRows unseen(kClasses, 10, kWidth, 2);
  EXPECT_GT(engine::evaluate(trainer.predict(unseen.rows())).top1, 0.9);
}

TEST_P(EveryOptimizer, GivesTheSameWeightsForTheSameSeed) {
  HeadTrainer first(options_for(GetParam()), kWidth, kClasses);
  HeadTrainer second(options_for(GetParam()), kWidth, kClasses);
  ASSERT_TRUE(first.train_epoch(1, data_.rows(), nullptr));
  ASSERT_TRUE(second.train_epoch(1, data_.rows(), nullptr));
  EXPECT_TRUE(same_tensors(first.head(), second.head()));
  auto other_seed = options_for(GetParam());
  other_seed.seed = 5;
  HeadTrainer third(other_seed, kWidth, kClasses);
  ASSERT_TRUE(third.train_epoch(1, data_.rows(), nullptr));
  EXPECT_FALSE(same_tensors(first.head(), third.head()));
}

TEST_P(EveryOptimizer, GoesOnAfterARestoreAsIfNothingHadHappened) {
  HeadTrainer undisturbed(options_for(GetParam()), kWidth, kClasses);
  ASSERT_TRUE(undisturbed.train_epoch(1, data_.rows(), nullptr));
  HeadTrainer restored(options_for(GetParam()), kWidth, kClasses);
  restored.set_head(undisturbed.head());
  ASSERT_TRUE(restored.set_optimizer_state(undisturbed.optimizer_state()));
  ASSERT_TRUE(undisturbed.train_epoch(2, data_.rows(), nullptr));
  ASSERT_TRUE(restored.train_epoch(2, data_.rows(), nullptr));
  EXPECT_TRUE(same_tensors(undisturbed.head(), restored.head()));
}

TEST_P(EveryOptimizer, RefusesTheMemoryOfAHeadOfAnotherShape) {
  HeadTrainer trainer(options_for(GetParam()), kWidth, kClasses);
  ASSERT_TRUE(trainer.train_epoch(1, data_.rows(), nullptr));
  HeadTrainer other(options_for(GetParam()), kWidth, kClasses + 1);
  EXPECT_FALSE(other.set_optimizer_state(trainer.optimizer_state()));
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer,
                         testing::Values(Optimizer::kSgd, Optimizer::kAdam, Optimizer::kAdamW),
                         [](const auto& tested) { return std::string(to_name(tested.param)); });

TEST(HeadTrainer, StopsInTheMiddleOfAnEpoch) {
  const SeparableRows data(kClasses, 20, kWidth, 1);
  HeadTrainer trainer(options_for(Optimizer::kSgd), kWidth, kClasses);
  const std::atomic<bool> stop{true};
  EXPECT_FALSE(trainer.train_epoch(1, data.rows(), &stop));
}

TEST(HeadTrainer, LowersTheLearningRateAlongACosine) {
  auto options = options_for(Optimizer::kSgd);
  options.schedule = Schedule::kCosine;
  const HeadTrainer trainer(options, kWidth, kClasses);
  EXPECT_DOUBLE_EQ(trainer.learning_rate(1), 0.02);
  EXPECT_NEAR(trainer.learning_rate(4), 0.01, 1e-9);  // half way through six epochs
  EXPECT_LT(trainer.learning_rate(6), 0.002);
}

TEST(HeadTrainer, NamesItsWeightsAsASequentialCalledFc) {
  const HeadTrainer trainer(options_for(Optimizer::kSgd), kWidth, kClasses);
  const auto head = trainer.head();
  EXPECT_THAT(head.find("fc.0.weight")->shape, testing::ElementsAre(16, kWidth));
  EXPECT_THAT(head.find("fc.2.weight")->shape, testing::ElementsAre(kClasses, 16));
  EXPECT_THAT(head.find("fc.2.bias")->shape, testing::ElementsAre(kClasses));
}

TEST(Validate, NamesTheOptionThatIsWrong) {
  const auto message = [](HeadOptions options) { return validate(options).error().message; };
  EXPECT_THAT(message({.epochs = 0}), testing::HasSubstr("--epochs is 0"));
  EXPECT_THAT(message({.batch_size = -1}), testing::HasSubstr("--batch-size"));
  EXPECT_THAT(message({.learning_rate = 0}), testing::HasSubstr("--learning-rate"));
  EXPECT_THAT(message({.dropout = 1}), testing::HasSubstr("--dropout"));
  EXPECT_THAT(message({.label_smoothing = -0.1}), testing::HasSubstr("--label-smoothing"));
  EXPECT_TRUE(validate({}));
}

}  // namespace
}  // namespace kennel::train

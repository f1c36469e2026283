#include "train/head_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "base/tests/scratch_folder.h"
#include "train/tests/separable_rows.h"

namespace kennel::train {
namespace {

using testing::HasSubstr;

constexpr int kClasses = 3;
constexpr int kWidth = 6;

// A clock that moves on by itself: every look at it costs a second.
class TickingClock final : public base::Clock {
 public:
  std::chrono::steady_clock::time_point now() const override {
    clock_.advance(std::chrono::seconds(1));
    return clock_.now();
  }
  std::chrono::system_clock::time_point calendar_now() const override {
    return clock_.calendar_now();
  }

 private:
  mutable base::ManualClock clock_;
};

class HeadTrainingTest : public testing::Test {
 protected:
  LoopOptions options(int epochs = 6) const {
    return {.head = {.hidden = 8,
                     .epochs = epochs,
                     .batch_size = 8,
                     .learning_rate = 0.01,
                     .dropout = 0.1},
            .checkpoint = scratch_.path() / "checkpoint.pth",
            .run = {{"learning_rate", 0.01}},
            .on_epoch = [](const EpochRecord&) {},
            .on_resumed = [](const std::vector<EpochRecord>&) {}};
  }
  base::Result<TrainedHead> train(const LoopOptions& loop) {
    return train_head(data_, loop, disk_, clock_);
  }
  // Runs until `epochs` are through, then is told to stop.
  base::Result<TrainedHead> train_until(int epochs, LoopOptions loop) {
    std::atomic<bool> stop{false};
    loop.stop = &stop;
    loop.on_epoch = [&](const EpochRecord& record) { stop = record.epoch >= epochs; };
    return train(loop);
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  TickingClock clock_;
  SeparableRows train_rows_{kClasses, 20, kWidth, 1};
  SeparableRows valid_rows_{kClasses, 5, kWidth, 2};
  HeadData data_{kWidth, kClasses, train_rows_.rows(), valid_rows_.rows()};
};

TEST_F(HeadTrainingTest, RunsAllEpochsAndKeepsTheBest) {
  const auto trained = train(options());
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->ending, Ending::kFinished);
  ASSERT_EQ(trained->history.size(), 6U);
  for (const auto& record : trained->history) {
    EXPECT_FALSE(is_better(record, trained->best()));
  }
  HeadTrainer trainer(options().head, kWidth, kClasses);
  trainer.set_head(trained->head);
  const auto loss = engine::evaluate(trainer.predict(data_.valid)).loss;
  EXPECT_NEAR(loss, trained->best().valid.loss, 1e-6);
}

TEST_F(HeadTrainingTest, EndsWithTheSameWeightsWhereverItWasInterrupted) {
  const auto undisturbed = train(options());
  for (int epochs = 1; epochs < 6; ++epochs) {
    std::filesystem::remove(options().checkpoint);
    const auto interrupted = train_until(epochs, options());
    ASSERT_TRUE(interrupted);
    EXPECT_EQ(interrupted->ending, Ending::kInterrupted);
    EXPECT_EQ(interrupted->history.size(), static_cast<std::size_t>(epochs));
    auto resumed_options = options();
    resumed_options.resume = true;
    const auto resumed = train(resumed_options);
    ASSERT_TRUE(resumed);
    EXPECT_TRUE(same_tensors(resumed->head, undisturbed->head)) << epochs;
    EXPECT_EQ(resumed->history.back().valid.loss, undisturbed->history.back().valid.loss);
  }
}

TEST_F(HeadTrainingTest, TellsOfResumedEpochsBeforeTheNewOnes) {
  ASSERT_TRUE(train_until(2, options()));
  auto resumed = options();
  resumed.resume = true;
  std::vector<int> epochs;
  resumed.on_epoch = [&](const EpochRecord& record) { epochs.push_back(record.epoch); };
  resumed.on_resumed = [&](const std::vector<EpochRecord>& history) {
    for (const auto& record : history) epochs.push_back(-record.epoch);
  };
  ASSERT_TRUE(train(resumed));
  EXPECT_THAT(epochs, testing::ElementsAre(-1, -2, 3, 4, 5, 6));
}

TEST_F(HeadTrainingTest, RefusesToResumeARunWithOtherSettings) {
  ASSERT_TRUE(train_until(2, options()));
  auto other = options();
  other.resume = true;
  other.run = {{"learning_rate", 0.5}};
  const auto resumed = train(other);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().kind, base::ErrorKind::kConflict);
  EXPECT_THAT(resumed.error().message, HasSubstr("learning_rate (was 0.01, is 0.5)"));
}

TEST_F(HeadTrainingTest, RefusesACheckpointWithoutItsHeads) {
  ASSERT_TRUE(train_until(3, options()));
  const auto whole = load_checkpoint(options().checkpoint);
  auto resumed = options();
  resumed.resume = true;
  for (const auto head : {&Checkpoint::current, &Checkpoint::best}) {
    auto damaged = *whole;
    damaged.*head = {};
    save_checkpoint(disk_, resumed.checkpoint, damaged);
    EXPECT_FALSE(train(resumed));
  }
  auto without_best = *whole;
  for (auto& record : without_best.history) record.best = false;
  save_checkpoint(disk_, resumed.checkpoint, without_best);
  EXPECT_FALSE(train(resumed));
}

TEST_F(HeadTrainingTest, BeginsAnewWhereTheCheckpointDoesNotFitWhenAskedTo) {
  ASSERT_TRUE(train_until(3, options()));
  auto other = options();
  other.run["learning_rate"] = 0.5;
  other.resume = true;
  std::string reason;
  other.on_misfit = [&](const std::string& why) { reason = why; };
  const auto trained = train(other);
  ASSERT_TRUE(trained);
  EXPECT_THAT(reason, HasSubstr("learning_rate (was 0.01, is 0.5)"));
  EXPECT_EQ(trained->history.size(), 6U);
  EXPECT_EQ(load_checkpoint(other.checkpoint)->run, other.run);
}

TEST_F(HeadTrainingTest, StartsAfreshWhereThereIsNothingToResume) {
  auto fresh = options();
  fresh.resume = true;
  EXPECT_EQ(train(fresh)->history.size(), 6U);
}

TEST_F(HeadTrainingTest, SaysThatACheckpointIsDamaged) {
  base::write_atomically(disk_, options().checkpoint, "no checkpoint");
  auto resumed = options();
  resumed.resume = true;
  const auto trained = train(resumed);
  ASSERT_FALSE(trained);
  EXPECT_THAT(trained.error().message, HasSubstr("checkpoint.pth"));
}

TEST(IsBetter, GoesByAccuracyThenByLoss) {
  const auto record = [](double top1, double loss) {
    EpochRecord made;
    made.valid = {loss, top1};
    return made;
  };
  EXPECT_TRUE(is_better(record(0.9, 2), record(0.8, 1)));
  EXPECT_FALSE(is_better(record(0.8, 1), record(0.9, 2)));
  EXPECT_TRUE(is_better(record(0.9, 1), record(0.9, 2)));
  EXPECT_FALSE(is_better(record(0.9, 1), record(0.9, 1)));
}

TEST_F(HeadTrainingTest, EndsEarlyWhenPatienceRunsOut) {
  auto loop = options(200);
  loop.head.patience = 3;
  loop.head.learning_rate = 0.3;
  const auto trained = train(loop);
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->ending, Ending::kPatience);
  EXPECT_EQ(trained->history.size(), static_cast<std::size_t>(trained->best().epoch) + 3);
}

TEST_F(HeadTrainingTest, SaysWhenTheLossIsNoNumberAnyMore) {
  auto loop = options();
  loop.head.optimizer = Optimizer::kSgd;
  loop.head.learning_rate = 1e30;
  const auto trained = train(loop);
  ASSERT_FALSE(trained);
  EXPECT_THAT(trained.error().message, HasSubstr("lower --learning-rate"));
}

TEST_F(HeadTrainingTest, HasNothingToShowWhenStoppedBeforeTheFirstEpoch) {
  auto loop = options();
  const std::atomic<bool> stop{true};
  loop.stop = &stop;
  EXPECT_EQ(train(loop).error().kind, base::ErrorKind::kInterrupted);
}

TEST_F(HeadTrainingTest, LeavesTheLastWholeCheckpointWhereverTheDiskFails) {
  const auto undisturbed = train(options());
  for (std::uint64_t failing = 0; failing < 40; failing += 3) {
    std::filesystem::remove(options().checkpoint);
    base::FaultyDisk faulty(disk_, failing, ENOSPC);
    auto loop = options();
    if (const bool failed =
            [&] {
              try {
                return !train_head(data_, loop, faulty, clock_);
              } catch (const base::DiskError&) {
                return true;
              }
            }();
        !failed) {
      continue;
    }
    loop.resume = true;
    const auto resumed = train(loop);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_TRUE(same_tensors(resumed->head, undisturbed->head)) << failing;
  }
}

}  // namespace
}  // namespace kennel::train

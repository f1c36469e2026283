#include "serving/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "serving/tests/scripted_lane.h"

namespace kennel::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Answer = base::Result<PhotoAnswer>;

class BatcherTest : public ::testing::Test {
 protected:
  void start(BatcherOptions options) {
    batcher = std::make_unique<Batcher>(options, small_transform(), [this, options] {
      return std::make_unique<ScriptedLane>(script, options.batch_max);
    });
    batcher->wait_until_ready();
    script.wait_until_warm(options.lanes, options.batch_max);
  }

  // A lane that runs, so that whatever comes now waits.
  std::future<Answer> occupy() {
    script.hold();
    auto first = submit(1);
    script.wait_until_held();
    return first;
  }

  std::future<Answer> submit(std::uint8_t shade) {
    return submit({photo_of(shade), std::chrono::steady_clock::time_point::max(), dropped, {}});
  }

  std::future<Answer> submit(PhotoJob job) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    job.done = [promise](Answer answer) { promise->set_value(std::move(answer)); };
    std::vector<PhotoJob> jobs;
    jobs.push_back(std::move(job));
    if (!batcher->submit(std::move(jobs))) {
      promise->set_value(base::fail(base::ErrorKind::kThrottled, "no room"));
    }
    return promise->get_future();
  }

  LaneScript script;
  std::shared_ptr<std::atomic<bool>> dropped = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<Batcher> batcher;
};

TEST_F(BatcherTest, AnswersALonePhotoAtOnce) {
  start({.lanes = 1, .batch_max = 1});
  const Answer answer = submit(200).get();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->logits, ElementsAre(200, 55));
  EXPECT_EQ(answer->times.batch, 1);
}

TEST_F(BatcherTest, BatchesWhatWaits) {
  start({.lanes = 1, .batch_max = 4});
  auto first = occupy();
  std::vector<std::future<Answer>> waiting;
  for (const std::uint8_t shade : {10, 20, 30, 40, 50, 60}) waiting.push_back(submit(shade));
  script.forget();
  script.let_go();
  EXPECT_TRUE(first.get());
  for (std::size_t place = 0; place < waiting.size(); ++place) {
    const Answer answer = waiting[place].get();
    EXPECT_EQ(answer.value().logits[0], static_cast<float>(10 * (place + 1)));
  }
  EXPECT_THAT(script.batches(), ElementsAre(4, 2));
}

TEST_F(BatcherTest, SharesWhatWaitsOutAmongItsLanes) {
  start({.lanes = 2, .batch_max = 8});
  auto first = occupy();
  auto second = submit(2);
  while (script.batches().size() < 2) std::this_thread::yield();
  std::vector<std::future<Answer>> waiting;
  for (const std::uint8_t shade : {10, 20, 30, 40}) waiting.push_back(submit(shade));
  script.forget();
  script.let_go();
  for (auto& one : waiting) EXPECT_TRUE(one.get());
  // Whichever comes first takes two of four, and leaves the other lane a share of two.
  EXPECT_THAT(script.batches(), ::testing::UnorderedElementsAre(2, 1, 1));
}

TEST_F(BatcherTest, RefusesBeyondItsBound) {
  start({.lanes = 1, .batch_max = 1, .waiting_max = 2});
  auto running = occupy();
  auto second = submit(2);
  auto third = submit(3);
  EXPECT_FALSE(batcher->has_room());
  EXPECT_EQ(submit(4).get().error().kind, base::ErrorKind::kThrottled);
  script.let_go();
  EXPECT_TRUE(running.get() && second.get() && third.get());
  EXPECT_TRUE(batcher->has_room());
}

TEST_F(BatcherTest, ComputesNothingForThoseWhoLeftOrWaitNoMore) {
  start({.lanes = 1, .batch_max = 4});
  auto running = occupy();
  const auto gone = std::make_shared<std::atomic<bool>>(true);
  auto left = submit({photo_of(2), std::chrono::steady_clock::time_point::max(), gone, {}});
  auto late = submit({photo_of(3), std::chrono::steady_clock::time_point::min(), dropped, {}});
  script.forget();
  script.let_go();
  EXPECT_EQ(left.get().error().kind, base::ErrorKind::kInterrupted);
  EXPECT_EQ(late.get().error().kind, base::ErrorKind::kInterrupted);
  EXPECT_TRUE(running.get());
  EXPECT_THAT(script.batches(), IsEmpty());
}

TEST_F(BatcherTest, ABrokenPhotoFailsAlone) {
  start({.lanes = 1, .batch_max = 4});
  auto running = occupy();
  auto good = submit(2);
  auto broken =
      submit({base::Bytes{1, 2, 3}, std::chrono::steady_clock::time_point::max(), dropped, {}});
  auto also_good = submit(3);
  script.let_go();
  EXPECT_EQ(good.get().value().logits[0], 2);
  EXPECT_EQ(broken.get().error().kind, base::ErrorKind::kInvalid);
  EXPECT_EQ(also_good.get().value().logits[0], 3);
}

TEST_F(BatcherTest, ALaneThatBreaksFailsItsBatchAndGoesOn) {
  start({.lanes = 1, .batch_max = 4});
  EXPECT_TRUE(batcher->healthy());
  EXPECT_EQ(submit(13).get().error().kind, base::ErrorKind::kConflict);
  EXPECT_FALSE(batcher->healthy());
  EXPECT_TRUE(submit(14).get());
}

TEST_F(BatcherTest, ALaneThatCannotBeMadeIsSaid) {
  Batcher broken({.lanes = 1}, small_transform(),
                 []() -> std::unique_ptr<engine::Lane> { throw std::runtime_error("no memory"); });
  EXPECT_THROW(broken.wait_until_ready(), std::runtime_error);
}

TEST_F(BatcherTest, WhoeverWaitsAtTheEndIsToldSo) {
  start({.lanes = 1, .batch_max = 1});
  auto running = occupy();
  auto waiting = submit(2);
  std::thread ending([this] { batcher.reset(); });
  // It lets what runs end, and that goes on only now.
  script.let_go();
  ending.join();
  EXPECT_TRUE(running.get());
  const Answer answer = waiting.get();
  EXPECT_TRUE(answer || answer.error().kind == base::ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace kennel::serving

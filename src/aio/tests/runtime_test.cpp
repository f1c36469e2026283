#include "aio/runtime.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "aio/completion.h"
#include "aio/deadline.h"
#include "aio/on_pool.h"

namespace kennel::aio {
namespace {

using base::ErrorKind;
using base::Result;
using namespace std::chrono_literals;

Task<> finish(std::function<Task<std::string>()> make, std::promise<std::string>& text) {
  auto task = make();
  text.set_value(co_await std::move(task));
}

// What a coroutine on the loop thread of `runtime` gives.
std::string run(Runtime& runtime, std::function<Task<std::string>()> make) {
  std::promise<std::string> text;
  auto future = text.get_future();
  runtime.spawn([&] { return finish(std::move(make), text); });
  return future.get();
}

std::string describe(const Result<std::string>& result) {
  return result ? *result : "error: " + result.error().message;
}

Task<std::string> compute(Runtime& runtime) {
  const std::thread::id loop = std::this_thread::get_id();
  std::thread::id pool;
  auto task = on_pool(runtime, [&]() -> Result<std::string> {
    pool = std::this_thread::get_id();
    return "computed";
  });
  const Result<std::string> result = co_await std::move(task);
  if (pool == loop) co_return "on the loop thread";
  if (std::this_thread::get_id() != loop) co_return "resumed elsewhere";
  co_return describe(result);
}

TEST(OnPool, RunsTheWorkOnThePoolAndResumesOnTheLoopThread) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [&] { return compute(runtime); }), "computed");
}

Task<std::string> fail_on_pool(Runtime& runtime) {
  auto task = on_pool(runtime, []() -> Result<std::string> {
    return base::fail(ErrorKind::kInvalid, "not a number: x");
  });
  co_return describe(co_await std::move(task));
}

TEST(OnPool, PassesAnErrorOn) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [&] { return fail_on_pool(runtime); }), "error: not a number: x");
}

Task<std::string> throw_on_pool(Runtime& runtime) {
  try {
    auto task = on_pool(
        runtime, []() -> Result<std::string> { throw std::runtime_error("the disk is full"); });
    co_return describe(co_await std::move(task));
  } catch (const std::runtime_error& error) {
    co_return std::string("caught: ") + error.what();
  }
}

TEST(OnPool, RethrowsWhatTheWorkThrows) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [&] { return throw_on_pool(runtime); }), "caught: the disk is full");
}

Task<std::string> kind_of_refusal(Runtime& runtime) {
  auto task = on_pool(runtime, []() -> Result<std::string> { return "ran"; });
  const Result<std::string> result = co_await std::move(task);
  if (result) co_return *result;
  co_return result.error().kind == ErrorKind::kThrottled ? "throttled" : "another error";
}

TEST(OnPool, RefusesWorkWhenTheQueueIsFull) {
  std::latch started(1);
  std::latch released(1);
  Runtime runtime({.pool_threads = 1, .pool_queue_max = 1});
  ASSERT_TRUE(runtime.post_to_pool([&] {
    started.count_down();
    released.wait();
  }));
  started.wait();
  ASSERT_TRUE(runtime.post_to_pool([] {}));
  EXPECT_EQ(run(runtime, [&] { return kind_of_refusal(runtime); }), "throttled");
  released.count_down();
}

TEST(Pool, RunsAsManyJobsAtOnceAsItHasThreads) {
  std::latch all(3);
  Runtime runtime({.pool_threads = 3});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(runtime.post_to_pool([&] { all.arrive_and_wait(); }));
  }
  all.wait();
}

Task<std::string> queue_at_once(Runtime& runtime, int count, std::function<void()> work) {
  bool all = true;
  for (int i = 0; i < count; ++i) all = runtime.post_to_pool(work) && all;
  co_return all ? "queued" : "refused";
}

TEST(Pool, RunsAtOnceWhatTheLoopQueuesInOneGo) {
  std::latch together(3);
  Runtime runtime({.pool_threads = 3});
  const auto meet = [&] { together.arrive_and_wait(); };
  EXPECT_EQ(run(runtime, [&] { return queue_at_once(runtime, 3, meet); }), "queued");
  together.wait();
}

TEST(Pool, RunsAllThatTheLoopQueuesInOneGo) {
  constexpr int kCount = 500;
  std::latch all(kCount);
  Runtime runtime({.pool_threads = 3});
  const auto count = [&] { all.count_down(); };
  EXPECT_EQ(run(runtime, [&] { return queue_at_once(runtime, kCount, count); }), "queued");
  all.wait();
}

using Done = std::function<void(std::string)>;

Task<std::string> wait_for(std::function<void(Done)> start) {
  auto task = wait_for_callback<std::string>(std::move(start));
  co_return co_await std::move(task);
}

TEST(WaitForCallback, TakesACallbackThatFiresAtOnce) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [] { return wait_for([](const Done& done) { done("now"); }); }), "now");
}

TEST(WaitForCallback, TakesACallbackFromAnotherThread) {
  Runtime runtime;
  std::thread other;
  EXPECT_EQ(run(runtime,
                [&] {
                  return wait_for(
                      [&](const Done& done) { other = std::thread([done] { done("later"); }); });
                }),
            "later");
  other.join();
}

Task<> count_a_callback(Runtime& runtime, std::latch& all) {
  auto task = wait_for_callback<int>([&runtime](const std::function<void(int)>& done) {
    if (!runtime.post_to_pool([done] { done(1); })) done(0);
  });
  co_await std::move(task);
  all.count_down();
}

TEST(WaitForCallback, TakesManyCallbacksFromManyThreads) {
  Runtime runtime;
  constexpr int kCount = 500;
  std::latch all(kCount);
  for (int i = 0; i < kCount; ++i) {
    runtime.spawn([&] { return count_a_callback(runtime, all); });
  }
  all.wait();
}

Task<> wait_forever(std::promise<Done>& late) {
  auto task = wait_for([&late](Done done) { late.set_value(std::move(done)); });
  co_await std::move(task);
}

TEST(WaitForCallback, MayFireAfterTheRuntimeIsGone) {
  std::promise<Done> late;
  auto runtime = std::make_unique<Runtime>();
  runtime->spawn([&] { return wait_forever(late); });
  const Done done = late.get_future().get();
  runtime.reset();
  done("too late");
}

Task<std::string> wait_until_passed(std::chrono::nanoseconds first,
                                    std::optional<std::chrono::nanoseconds> then) {
  const auto loop = co_await boost::asio::this_coro::executor;
  Signal signal(loop);
  int times = 0;
  Deadline deadline(loop, [&times, notifier = signal.notifier()] {
    ++times;
    notifier.notify();
  });
  deadline.set(first);
  if (then) deadline.set(*then);
  const bool early = deadline.passed();
  auto waiting = signal.wait();
  co_await std::move(waiting);
  co_return early || !deadline.passed() ? "wrong" : std::to_string(times);
}

TEST(Deadline, CallsOnceItHasPassed) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [] { return wait_until_passed(1ms, std::nullopt); }), "1");
}

TEST(Deadline, CanBeMovedNearer) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [] { return wait_until_passed(1h, 1ms); }), "1");
}

TEST(Deadline, CanBeMovedAway) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, [] { return wait_until_passed(1ms, 5ms); }), "1");
}

Task<std::string> clear_one_wait_for_another() {
  const auto loop = co_await boost::asio::this_coro::executor;
  bool called = false;
  Deadline deadline(loop, [&] { called = true; });
  deadline.set(1ms);
  deadline.clear();
  auto sleep = sleep_for(20ms);
  co_await std::move(sleep);
  co_return called ? "called" : "silent";
}

TEST(Deadline, IsSilentOnceItIsCleared) {
  Runtime runtime;
  EXPECT_EQ(run(runtime, clear_one_wait_for_another), "silent");
}

Task<> throw_at_once() {
  throw std::runtime_error("no room left");
  co_return;
}

TEST(RuntimeDeathTest, EndsTheProcessWithTheMessageOfAnExceptionThatLeftATask) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Runtime runtime;
        std::promise<void> never;
        runtime.spawn(throw_at_once);
        never.get_future().wait();
      },
      "no room left");
}

}  // namespace
}  // namespace kennel::aio

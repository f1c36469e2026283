#include "aio/loop.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "aio/deadline.h"

namespace kennel::aio {
namespace {

using namespace std::chrono_literals;

Task<> write(std::string& text, char letter, std::chrono::nanoseconds later = 0ns) {
  auto sleeping = sleep_for(later);
  co_await std::move(sleeping);
  text += letter;
}

Task<> write_and_spawn(Loop& loop, std::string& text) {
  loop.spawn([&] { return write(text, 'b'); });
  auto writing = write(text, 'a', 1ms);
  co_await std::move(writing);
}

TEST(Loop, RunsUntilNothingWaits) {
  std::string text;
  Loop loop;
  loop.spawn([&] { return write_and_spawn(loop, text); });
  EXPECT_EQ(text, "");
  loop.run();
  EXPECT_EQ(text, "ba");
  loop.spawn([&] { return write(text, 'c'); });
  loop.run();
  EXPECT_EQ(text, "bac");
}

Task<> note_thread(std::thread::id& thread) {
  thread = std::this_thread::get_id();
  co_return;
}

TEST(Loop, NeedsNoOtherThread) {
  std::thread::id thread;
  Loop loop;
  loop.spawn([&] { return note_thread(thread); });
  loop.run();
  EXPECT_EQ(thread, std::this_thread::get_id());
}

Task<> stop(Loop& loop) {
  loop.stop();
  co_return;
}

TEST(Loop, DropsWhatStillWaitsWhenItIsStopped) {
  std::string text;
  {
    Loop loop;
    loop.spawn([&] { return write(text, 'a', 1h); });
    loop.spawn([&] { return stop(loop); });
    loop.run();
  }
  EXPECT_EQ(text, "");
}

Task<> break_down() {
  throw std::runtime_error("the disk is full");
  co_return;
}

TEST(Loop, LetsAnExceptionOut) {
  Loop loop;
  loop.spawn([] { return break_down(); });
  EXPECT_THROW(loop.run(), std::runtime_error);
}

}  // namespace
}  // namespace kennel::aio

#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace kennel::base {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnce) {
  std::vector<std::atomic<int>> visits(100);
  parallel_for(visits.size(), 4, [&](std::size_t index, int) { ++visits[index]; });
  for (const auto& count : visits) EXPECT_EQ(count, 1);
}

TEST(ParallelFor, NumbersItsWorkersBelowTheThreadCount) {
  std::atomic<bool> outside{false};
  parallel_for(50, 3, [&](std::size_t, int worker) {
    if (worker < 0 || worker >= 3) outside = true;
  });
  EXPECT_FALSE(outside);
}

TEST(ParallelFor, ThrowsTheFirstFailureAfterAllThreadsEnded) {
  EXPECT_THROW(parallel_for(10, 2,
                            [](std::size_t index, int) {
                              if (index == 3) throw std::runtime_error("three");
                            }),
               std::runtime_error);
}

TEST(ParallelFor, DoesNothingForNoItems) {
  parallel_for(0, 4, [](std::size_t, int) { FAIL(); });
}

}  // namespace
}  // namespace kennel::base

#include "jobs/capacity.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace kennel::jobs {
namespace {

constexpr Machine kLaptop{.cores = 2, .memory_bytes = 8 * base::kGiB};
constexpr Machine kServer{.cores = 64, .memory_bytes = 256 * base::kGiB};

TEST(Share, IsAllOfAMachineThatHasLess) {
  const Share share = share_of(kLaptop, "ml.m5.2xlarge", 4);
  EXPECT_EQ(share.machine, 1);
  EXPECT_EQ(share.cores, 0.5);
  EXPECT_EQ(share.threads, 1);
  EXPECT_LE(4 * share.memory_bytes, kLaptop.memory_bytes);
}

TEST(Share, IsWhatTheTypeHasOnAMachineThatHasMore) {
  const Share share = share_of(kServer, "ml.m5.2xlarge", 1);
  EXPECT_LT(share.machine, 0.2);
  EXPECT_EQ(share.cores, 8);
  EXPECT_EQ(share.threads, 8);
  EXPECT_EQ(share.memory_bytes, 32 * base::kGiB);
}

TEST(Share, GoesByMemoryWhereThatIsScarcer) {
  const Machine tight{.cores = 64, .memory_bytes = 16 * base::kGiB};
  EXPECT_GT(share_of(tight, "ml.m5.large", 1).machine, 0.5);
}

TEST(Share, OfATypeThatNobodyKnowsIsSmall) {
  EXPECT_EQ(share_of(kServer, "ml.unheard-of", 1).cores, 2);
}

TEST(HasAllOf, WantsCoresMemoryAndGpus) {
  EXPECT_TRUE(has_all_of(kServer, "ml.m5.2xlarge", 8));
  EXPECT_FALSE(has_all_of(kServer, "ml.m5.2xlarge", 9));
  EXPECT_FALSE(has_all_of(kServer, "ml.p3.2xlarge", 1));
  EXPECT_FALSE(has_all_of({.cores = 64, .memory_bytes = base::kGiB}, "ml.m5.large", 1));
}

TEST(ThisMachine, HasSomething) {
  EXPECT_GE(this_machine().cores, 1);
  EXPECT_GT(this_machine().memory_bytes, base::kMiB);
}

}  // namespace
}  // namespace kennel::jobs

#include "apps/progress_bar.h"

#include <gtest/gtest.h>

namespace kennel::apps {
namespace {

TEST(ProgressLine, ShowsShareRateAndTimeLeft) {
  EXPECT_EQ(progress_line("features", "photos", 50, 200, 10),
            "features  [#######---------------------]  50/200 photos  5/s  0:30 left");
}

TEST(ProgressLine, LeavesTheTimeOpenBeforeThereIsARate) {
  EXPECT_EQ(progress_line("features", "photos", 0, 200, 0),
            "features  [----------------------------]  0/200 photos  0/s");
}

}  // namespace
}  // namespace kennel::apps

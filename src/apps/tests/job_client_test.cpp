#include "apps/job_client.h"

#include <gmock/gmock.h>

#include "apps/job_streams.h"

namespace kennel::apps {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JobClient, FindsNamesWithSwappedAndMissingLetters) {
  EXPECT_THAT(nearest_names("dgos-1", {"cats", "dogs-1", "dogs-12"}), ElementsAre("dogs-1"));
  EXPECT_THAT(nearest_names("dos", {"dogs", "birds"}), ElementsAre("dogs"));
}

TEST(JobClient, FindsNamesByTheirBeginning) {
  EXPECT_THAT(nearest_names("pytorch-training", {"pytorch-training-2026-11-25-08-20-01-123"}),
              ElementsAre("pytorch-training-2026-11-25-08-20-01-123"));
}

TEST(JobClient, NamesThreeAtMostTheLikeliestFirst) {
  EXPECT_THAT(nearest_names("dogs", {"dots", "dog", "dogs-1", "dags", "do"}),
              ElementsAre("dogs-1", "dots", "dog"));
}

TEST(JobClient, NamesNothingThatIsNotLikeIt) {
  EXPECT_THAT(nearest_names("dogs", {"elephants", "cat"}), IsEmpty());
  EXPECT_THAT(nearest_names("dogs", {}), IsEmpty());
}

TEST(JobStreams, ReadTheHostFromTheStreamsName) {
  EXPECT_EQ(host_of_stream("dogs/algo-2-1764058463"), "algo-2");
  EXPECT_EQ(host_of_stream("odd"), "odd");
}

}  // namespace
}  // namespace kennel::apps

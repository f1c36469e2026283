// Jobs that are stopped: by people, by time, and by the server's end.
#include <gmock/gmock.h>

#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

class JobStopTest : public testing::Test, public JobServer {};

TEST_F(JobStopTest, EndsOneThatWaitsAtOnce) {
  const Gate gate(own("gate"));
  start();
  for (const char* name : {"a", "b", "queued"}) submit(name, gate.wait());
  ASSERT_TRUE(comes_to("b", Stage::kTraining));
  stop("queued");
  const TrainingJob job = await("queued");
  EXPECT_EQ(job.stage, Stage::kStopped);
  EXPECT_FALSE(job.started);
  EXPECT_THAT(log("queued"), IsEmpty());
}

TEST_F(JobStopTest, AsksTheProgramToEndAndKeepsWhatThereIs) {
  start();
  const Gate gate(own("gate"));
  submit("a", "trap 'echo half > model/w; exit 0' TERM; echo ready; " + gate.wait());
  ASSERT_TRUE(says("a", "ready"));
  stop("a");
  EXPECT_EQ(await("a").stage, Stage::kStopped);
  EXPECT_EQ(await("a").failure_reason, "");
  EXPECT_EQ(text_of(unpack(find("a").model_uri) / "w"), "half\n");
}

TEST_F(JobStopTest, LeavesNoModelWhereThereIsNone) {
  const Gate gate(own("gate"));
  start();
  submit("a", gate.wait());
  ASSERT_TRUE(comes_to("a", Stage::kTraining));
  stop("a");
  EXPECT_EQ(await("a").stage, Stage::kStopped);
  EXPECT_FALSE(store.read("runs/a/output/model.tar.gz"));
}

TEST_F(JobStopTest, KillsAProgramThatDoesNotHearWhenItsTimeIsOver) {
  const Gate gate(own("gate"));
  start();
  submit("a", "trap '' TERM; echo ready; " + gate.wait());
  ASSERT_TRUE(says("a", "ready"));
  stop("a");
  // Asked once, then 120 seconds.
  EXPECT_TRUE(eventually([&] {
    clock.advance(seconds(1));
    return !find("a").is_active();
  }));
  const TrainingJob job = find("a");
  EXPECT_EQ(job.stage, Stage::kStopped);
  EXPECT_GE(*job.ended - job.transitions[3].start, seconds(119));
}

TEST_F(JobStopTest, IsToldToOneThatEndsWellMeanwhile) {
  const Gate gate(own("gate"));
  start();
  submit("a", fmt::format("trap '{}; echo whole > model/w; exit 0' TERM; echo ready; {}",
                          gate.wait(), gate.wait()));
  ASSERT_TRUE(says("a", "ready"));
  stop("a");
  gate.let_one_pass();
  gate.let_one_pass();
  EXPECT_EQ(await("a").stage, Stage::kStopped);
}

TEST_F(JobStopTest, ComesByItselfWhenTheTimeIsOver) {
  const Gate gate(own("gate"));
  start();
  TrainingJob job = draft("a", "trap 'echo half > model/w; exit 0' TERM; echo ready; ");
  job.arguments[0] += gate.wait();
  job.runtime_max = hours(1);
  submit(job);
  ASSERT_TRUE(says("a", "ready"));
  clock.advance(hours(1));
  const TrainingJob ended = await("a");
  EXPECT_EQ(ended.stage, Stage::kMaxRuntimeExceeded);
  EXPECT_EQ(ended.status(), JobStatus::kStopped);
  EXPECT_EQ(ended.transitions[3].stage, Stage::kStopping);
  EXPECT_THAT(ended.transitions.back().message, HasSubstr("MaxRuntimeInSeconds"));
  EXPECT_EQ(text_of(unpack(ended.model_uri) / "w"), "half\n");
}

TEST_F(JobStopTest, LeavesTheRecordToTheNextProcessWhereTheServerEnds) {
  const Gate gate(own("gate"));
  start();
  submit("a", "echo $$; " + gate.wait());
  ASSERT_TRUE(eventually([&] { return log("a").size() == 1; }));
  const base::Path words = fmt::format("/proc/{}/cmdline", log("a")[0]);
  EXPECT_THAT(text_of(words), HasSubstr("read go"));
  shut_down();
  EXPECT_EQ(find("a").stage, Stage::kTraining);
  EXPECT_TRUE(eventually([&] { return text_of(words).empty(); }));
}

}  // namespace
}  // namespace kennel::jobs

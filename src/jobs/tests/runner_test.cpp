// Which jobs run, and in which order.
#include "jobs/runner.h"

#include <gmock/gmock.h>

#include <thread>

#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr const char* kWaiting = "Waiting for capacity: other jobs have the machine";

class RunnerTest : public testing::Test, public JobServer {
 protected:
  static std::vector<Stage> stages(const TrainingJob& job) {
    std::vector<Stage> all;
    for (const Transition& transition : job.transitions) all.push_back(transition.stage);
    return all;
  }
  std::string failure_of(const std::string& name) {
    const TrainingJob job = await(name);
    EXPECT_EQ(job.stage, Stage::kFailed);
    return job.failure_reason;
  }
};

TEST_F(RunnerTest, RunsAsManyJobsAsThereIsRoomForInTheOrderInWhichTheyWereMade) {
  const Gate gate(own("gate"));
  for (const char* name : {"d", "b", "c", "a"}) submit(name, gate.wait());
  start();
  ASSERT_TRUE(comes_to("d", Stage::kTraining));
  ASSERT_TRUE(comes_to("b", Stage::kTraining));
  ASSERT_TRUE(eventually([&] { return find("c").transitions.back().message == kWaiting; }));
  EXPECT_EQ(find("c").stage, Stage::kStarting);
  EXPECT_EQ(find("a").stage, Stage::kStarting);
  gate.let_one_pass();
  ASSERT_TRUE(comes_to("c", Stage::kTraining));
  EXPECT_EQ(find("a").stage, Stage::kStarting);
  for (int i = 0; i < 3; ++i) gate.let_one_pass();
  for (const char* name : {"d", "b", "c", "a"}) EXPECT_EQ(await(name).stage, Stage::kCompleted);
  EXPECT_LE(find("c").started, find("a").started);
}

TEST_F(RunnerTest, LosesNoneOfManyThatComeFromManyAndGoAgain) {
  start();
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([this, client] {
      for (int i = 0; i < 5; ++i) {
        const std::string name = fmt::format("{}-{}", client, i);
        submit(name, "echo weights > model/w");
        if (i % 2 == 1) stop(name);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(eventually([this] { return jobs.active().empty(); }));
  const auto page = jobs.list({.limit = 100}).value();
  EXPECT_EQ(page.jobs.size(), 20U);
  for (const JobSummary& job : page.jobs) {
    const bool stopped = job.name.ends_with('1') || job.name.ends_with('3');
    EXPECT_TRUE(job.stage == Stage::kCompleted || (stopped && job.stage == Stage::kStopped))
        << job.name;
    // One that is stopped late has its model already.
    EXPECT_TRUE(job.stage == Stage::kStopped ||
                store.read(fmt::format("runs/{}/output/model.tar.gz", job.name)))
        << job.name;
  }
}

TEST_F(RunnerTest, KeepsASmallJobFromOvertakingALargeOne) {
  const Gate gate(own("gate"));
  submit("running", gate.wait());
  TrainingJob large = draft("large", gate.wait());
  large.instance_count = 2;
  large.arguments = {"test $KENNEL_THREADS = 2"};
  submit(large);
  submit("small", "true");
  start();
  ASSERT_TRUE(comes_to("running", Stage::kTraining));
  ASSERT_TRUE(eventually([&] { return find("large").transitions[0].message == kWaiting; }));
  EXPECT_EQ(find("small").transitions[0].message, "Starting the training job");
  gate.let_one_pass();
  EXPECT_EQ(await("large").stage, Stage::kCompleted);
  EXPECT_EQ(await("small").stage, Stage::kCompleted);
  EXPECT_LE(find("large").ended, find("small").started);
}

TEST_F(RunnerTest, RefusesInsteadOfWaitingWhereCapacityIsStrict) {
  options.strict_capacity = true;
  const Gate gate(own("gate"));
  start();
  submit("a", gate.wait());
  submit("b", gate.wait());
  ASSERT_TRUE(comes_to("a", Stage::kTraining));
  ASSERT_TRUE(comes_to("b", Stage::kTraining));
  submit("c", "true");
  EXPECT_THAT(failure_of("c"), StartsWith("CapacityError: "));
  EXPECT_THAT(stages(find("c")), ElementsAre(Stage::kStarting, Stage::kFailed));
  gate.let_one_pass();
  gate.let_one_pass();
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(await("b").stage, Stage::kCompleted);
}

TEST_F(RunnerTest, RefusesATypeThatTheMachineIsNotWhereCapacityIsStrict) {
  options.strict_capacity = true;
  start();
  TrainingJob job = draft("a", "true");
  job.instance_type = "ml.m5.24xlarge";
  submit(job);
  EXPECT_THAT(failure_of("a"), StartsWith("CapacityError: "));
}

}  // namespace
}  // namespace kennel::jobs

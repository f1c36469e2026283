#include "jobs/instances.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "compute/tests/launched.h"
#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::Optional;

class InstancesTest : public testing::Test, public compute::Launched<compute::Plain> {
 protected:
  void begin(const std::string& script) {
    const std::string host = fmt::format("algo-{}", instances_.count() + 1);
    ASSERT_TRUE(instances_.launch(*launcher, shell(script, host)));
  }
  [[nodiscard]] bool step_until(const std::function<bool()>& condition) {
    return eventually([&] {
      instances_.step(1);
      return condition();
    });
  }
  [[nodiscard]] bool end() {
    return step_until([this] { return instances_.have_ended(); });
  }
  [[nodiscard]] bool says(const std::string& line) {
    return step_until([&] { return std::ranges::find(lines_, line) != lines_.end(); });
  }

  base::ManualClock clock_;
  std::vector<std::string> lines_;
  Instances instances_{clock_, [this](int instance, const std::string& line) {
                         lines_.push_back(fmt::format("{}: {}", instance, line));
                       }};
};

TEST_F(InstancesTest, TellWhatTheySayAndHowTheyEnd) {
  begin("echo one; printf two");
  ASSERT_TRUE(end());
  EXPECT_THAT(lines_, ElementsAre("0: one", "0: two"));
  EXPECT_EQ(instances_.exit_of(0).code, 0);
  EXPECT_EQ(instances_.failed(), std::nullopt);
}

TEST_F(InstancesTest, NameTheOneThatFailedFirst) {
  const Gate gate(scratch.path() / "gate");
  begin(gate.wait() + "; exit 5");
  begin("exit 7");
  ASSERT_TRUE(step_until([this] { return instances_.failed().has_value(); }));
  EXPECT_THAT(instances_.failed(), Optional(1));
  EXPECT_FALSE(instances_.have_ended());
  gate.let_one_pass();
  ASSERT_TRUE(end());
  EXPECT_THAT(instances_.failed(), Optional(1));
  EXPECT_EQ(instances_.exit_of(0).code, 5);
  EXPECT_EQ(instances_.exit_of(1).code, 7);
}

TEST_F(InstancesTest, HaveNotFailedWhereTheyWereAskedToEnd) {
  const Gate gate(scratch.path() / "gate");
  begin("echo ready; " + gate.wait());
  ASSERT_TRUE(says("0: ready"));
  instances_.end(seconds(10));
  ASSERT_TRUE(end());
  EXPECT_EQ(instances_.exit_of(0).code, 128 + SIGTERM);
  EXPECT_EQ(instances_.failed(), std::nullopt);
}

TEST_F(InstancesTest, AreKilledWhenTheirTimeToEndIsOver) {
  const Gate gate(scratch.path() / "gate");
  begin(fmt::format("trap 'echo deaf' TERM; echo ready; while true; do {}; done", gate.wait()));
  ASSERT_TRUE(says("0: ready"));
  instances_.end(seconds(10));
  ASSERT_TRUE(says("0: deaf"));
  clock_.advance(seconds(9));
  gate.let_one_pass();
  instances_.step(1);
  EXPECT_FALSE(instances_.have_ended());
  clock_.advance(seconds(1));
  ASSERT_TRUE(end());
  EXPECT_EQ(instances_.exit_of(0).code, 128 + SIGKILL);
}

TEST_F(InstancesTest, EndWithWhatTheyLeftRunning) {
  const Gate gate(scratch.path() / "gate");
  begin(fmt::format("({}; echo late) & echo done", gate.wait()));
  ASSERT_TRUE(end());
  EXPECT_THAT(lines_, ElementsAre("0: done"));
}

class JobOfSeveralTest : public testing::Test, public JobServer {
 protected:
  [[nodiscard]] TrainingJob draft(const std::string& script) const {
    TrainingJob job = JobServer::draft("a", script);
    job.instance_count = 3;
    return job;
  }
};

TEST_F(JobOfSeveralTest, HasAnAddressForEachAndTheirNames) {
  start();
  submit(
      draft("echo $KENNEL_HOSTS; grep -o 'current_host\":\"[^\"]*' "
            "input/config/resourceconfig.json"));
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  const std::string hosts = "algo-1=127.1.1.1,algo-2=127.1.1.2,algo-3=127.1.1.3";
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(log("a", i), ElementsAre(hosts, fmt::format("current_host\":\"algo-{}", i + 1)));
  }
}

TEST_F(JobOfSeveralTest, HasAddressesThatNoOtherHas) {
  start();
  for (const char* name : {"a", "b"}) {
    submit(JobServer::draft(name, "echo $KENNEL_HOSTS"));
    EXPECT_EQ(await(name).stage, Stage::kCompleted);
  }
  EXPECT_NE(log("a"), log("b"));
}

TEST_F(JobOfSeveralTest, HasATokenThatItsInstancesShareAndNobodyElse) {
  start();
  submit(draft("echo $KENNEL_JOB_TOKEN"));
  submit(JobServer::draft("b", "echo $KENNEL_JOB_TOKEN"));
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(await("b").stage, Stage::kCompleted);
  EXPECT_EQ(log("a", 0).at(0).size(), 32U);
  EXPECT_EQ(log("a", 0), log("a", 1));
  EXPECT_EQ(log("a", 0), log("a", 2));
  EXPECT_NE(log("a"), log("b"));
}

TEST_F(JobOfSeveralTest, DividesAChannelThatIsSharded) {
  for (const char* key : {"train/a", "train/b", "train/c", "train/d"}) {
    ASSERT_TRUE(store.put(key, "woof"));
  }
  start();
  TrainingJob job = draft("ls input/data/train");
  job.channels = {
      {.name = "train", .data = {"dogs", "train/"}, .distribution = Distribution::kShardedByKey}};
  submit(job);
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_THAT(log("a", 0), ElementsAre("a", "d"));
  EXPECT_THAT(log("a", 1), ElementsAre("b"));
  EXPECT_THAT(log("a", 2), ElementsAre("c"));
}

TEST_F(JobOfSeveralTest, KeepsWhatAllOfThemWrote) {
  start();
  submit(
      draft("host=$(grep -o 'algo-.' input/config/resourceconfig.json | head -n 1); "
            "echo $host > model/$host; echo $host > model/same"));
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  const base::Path model = unpack(find("a").model_uri);
  for (const char* host : {"algo-1", "algo-2", "algo-3"}) {
    EXPECT_EQ(text_of(model / host), fmt::format("{}\n", host));
  }
  EXPECT_EQ(text_of(model / "same"), "algo-1\n");
}

TEST_F(JobOfSeveralTest, EndsAllWhereOneFails) {
  const Gate gate(own("gate"));
  start();
  submit(
      draft(fmt::format("if grep -q 'host\":\"algo-2' input/config/resourceconfig.json; "
                        "then echo no dogs; exit 4; fi; {}",
                        gate.wait())));
  const TrainingJob job = await("a");
  EXPECT_EQ(job.stage, Stage::kFailed);
  EXPECT_EQ(job.failure_reason, "AlgorithmError: algo-2: no dogs, exit code: 4");
}

}  // namespace
}  // namespace kennel::jobs

// A job's life, from its turn to its end.
#include "jobs/job_run.h"

#include <gmock/gmock.h>

#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class JobRunTest : public testing::Test, public JobServer {
 protected:
  static std::vector<Stage> stages(const TrainingJob& job) {
    std::vector<Stage> all;
    for (const Transition& transition : job.transitions) all.push_back(transition.stage);
    return all;
  }
  static std::vector<std::string> messages(const TrainingJob& job) {
    std::vector<std::string> all;
    for (const Transition& transition : job.transitions) all.push_back(transition.message);
    return all;
  }
  std::string failure_of(const std::string& name) {
    const TrainingJob job = await(name);
    EXPECT_EQ(job.stage, Stage::kFailed);
    return job.failure_reason;
  }
};

TEST_F(JobRunTest, LeadsAJobThroughAllStages) {
  start();
  submit("a", "echo weights > model/w; echo notes > output/data/n; echo done");
  const TrainingJob job = await("a");
  EXPECT_THAT(stages(job), ElementsAre(Stage::kStarting, Stage::kDownloading, Stage::kTraining,
                                       Stage::kUploading, Stage::kCompleted));
  EXPECT_THAT(messages(job),
              ElementsAre("Preparing the instances for training", "Downloading input data",
                          "Training image download completed. Training in progress.",
                          "Uploading generated training model", "Training job completed"));
  for (std::size_t i = 1; i < job.transitions.size(); ++i) {
    EXPECT_EQ(job.transitions[i - 1].end, job.transitions[i].start);
  }
  EXPECT_EQ(job.started, job.transitions[1].start);
  EXPECT_EQ(job.ended, job.transitions[4].start);
  EXPECT_THAT(log("a"), ElementsAre("done"));
}

TEST_F(JobRunTest, PutsTheModelWhereTheJobSaysAndTheOutputBesideIt) {
  start();
  submit("a", "echo weights > model/w; echo notes > output/data/n");
  EXPECT_EQ(text_of(unpack(await("a").model_uri) / "w"), "weights\n");
  EXPECT_EQ(text_of(unpack("s3://dogs/runs/a/output/output.tar.gz") / "data/n"), "notes\n");
}

TEST_F(JobRunTest, PutsFilesOneByOneWhereTheyAreNotToBePacked) {
  start();
  TrainingJob job = draft("a", "mkdir model/deep; echo weights > model/deep/w");
  job.output_packed = false;
  submit(job);
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(store.read("runs/a/output/model/deep/w").value(), "weights\n");
}

TEST_F(JobRunTest, GivesAJobItsChannelsAndItsContract) {
  ASSERT_TRUE(store.put("train/n1/a.jpg", "woof"));
  start();
  TrainingJob job = draft("a", "cat input/data/train/n1/a.jpg input/config/hyperparameters.json");
  job.channels = {{.name = "train", .data = {"dogs", "train/"}}};
  job.hyperparameters = {{"epochs", "3"}};
  submit(job);
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_THAT(log("a"), ElementsAre(R"(woof{"epochs":"3"})"));
}

TEST_F(JobRunTest, GivesAJobTheSessionOfItsRole) {
  start();
  submit("a", "echo $AWS_ACCESS_KEY_ID $AWS_SESSION_TOKEN $AWS_ENDPOINT_URL");
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  const std::string said = log("a").at(0);
  const std::size_t space = said.find(' ');
  const std::size_t end = said.find(' ', space + 1);
  EXPECT_EQ(said.substr(end), " http://127.0.0.1:1");
  const auto known = credentials.find(
      said.substr(0, space), said.substr(space + 1, end - space - 1), clock.calendar_now());
  ASSERT_TRUE(known);
  EXPECT_THAT(known->caller.arn, HasSubstr("assumed-role/trainer/SageMaker"));
}

TEST_F(JobRunTest, KeepsTheMetricsThatTheLogTold) {
  start();
  TrainingJob job = draft("a", "echo loss=0.5; echo loss=0.25");
  job.metric_definitions = {{"loss", "loss=([0-9.]+)"}};
  submit(job);
  const TrainingJob ended = await("a");
  ASSERT_EQ(ended.metrics.size(), 1U);
  EXPECT_EQ(ended.metrics[0].value, 0.25);
  EXPECT_EQ(jobs.metrics("a", 10).size(), 2U);
}

TEST_F(JobRunTest, RemovesAJobsFolderAtItsEnd) {
  start();
  submit("good", "echo weights > model/w");
  submit("bad", "exit 1");
  EXPECT_EQ(await("good").stage, Stage::kCompleted);
  EXPECT_EQ(await("bad").stage, Stage::kFailed);
  shut_down();
  EXPECT_THAT(store.place.disk.list(options.folder), IsEmpty());
}

TEST_F(JobRunTest, TellsTheFailureFileOfAJobThatFails) {
  start();
  submit("a", "echo no dogs here > output/failure; echo other; exit 3");
  EXPECT_EQ(failure_of("a"), "AlgorithmError: no dogs here, exit code: 3");
  EXPECT_FALSE(store.read("runs/a/output/model.tar.gz"));
}

TEST_F(JobRunTest, TellsTheLastLineOfAJobThatFailsWithoutAFailureFile) {
  start();
  submit("a", "echo first; echo 'no such dog' >&2; echo; exit 3");
  EXPECT_EQ(failure_of("a"), "AlgorithmError: no such dog, exit code: 3");
}

TEST_F(JobRunTest, CutsALongFailureButKeepsItsExitCode) {
  start();
  submit("a", "head -c 5000 /dev/zero | tr '\\0' x > output/failure; exit 1");
  const std::string failure = failure_of("a");
  EXPECT_EQ(failure.size(), kFailureBytesMax);
  EXPECT_THAT(failure, EndsWith("xx, exit code: 1"));
}

TEST_F(JobRunTest, KeepsTheOutputOfAJobThatFails) {
  start();
  submit("a", "echo notes > output/data/n; exit 1");
  EXPECT_THAT(failure_of("a"), StartsWith("AlgorithmError"));
  EXPECT_EQ(text_of(unpack("s3://dogs/runs/a/output/output.tar.gz") / "data/n"), "notes\n");
}

TEST_F(JobRunTest, FailsAJobWhoseProgramIsNotThere) {
  start();
  TrainingJob job = draft("a", "");
  job.entrypoint = {"no-such-program"};
  submit(job);
  EXPECT_THAT(failure_of("a"), HasSubstr("no-such-program"));
}

TEST_F(JobRunTest, FailsAJobThatLacksWhatItNeeds) {
  start();
  TrainingJob job = draft("image", "true");
  job.image = "pytorch-training:1.8";
  submit(job);
  EXPECT_THAT(failure_of("image"), StartsWith("ClientError: the image"));
  job = draft("role", "true");
  job.role_arn += "2";
  submit(job);
  EXPECT_THAT(failure_of("role"), StartsWith("ClientError: the role"));
  job = draft("output", "true");
  job.output.bucket = "cats";
  submit(job);
  EXPECT_THAT(failure_of("output"), HasSubstr("s3://cats/runs/"));
  job = draft("channel", "true");
  job.channels = {{.name = "train", .data = {"dogs", "none/"}}};
  submit(job);
  EXPECT_THAT(failure_of("channel"), HasSubstr("No S3 objects found"));
}

TEST_F(JobRunTest, FailsAJobWhoseBucketGoesMeanwhile) {
  (void)store.buckets.create("models", "us-east-1", store.now);
  const Gate gate(own("gate"));
  start();
  TrainingJob job = draft("a", gate.wait());
  job.output.bucket = "models";
  submit(job);
  ASSERT_TRUE(comes_to("a", Stage::kTraining));
  ASSERT_TRUE(store.buckets.remove("models"));
  gate.let_one_pass();
  EXPECT_THAT(failure_of("a"), StartsWith("ClientError: Artifact upload failed"));
}

// Every single call of the disk fails once.
TEST_F(JobRunTest, HasAnEndWhateverBreaksOnTheDisk) {
  ASSERT_TRUE(store.put("train/a.jpg", "woof"));
  on_failure = [](const std::string&) {};
  bool broke = true;
  for (std::uint64_t operation = 0; broke; ++operation) {
    base::FaultyDisk faulty(store.place.disk, operation, ENOSPC);
    disk = &faulty;
    start();
    TrainingJob job = draft(fmt::format("a{}", operation), "echo weights > model/w");
    job.channels = {{.name = "train", .data = {"dogs", "train/"}}};
    submit(job);
    const TrainingJob ended = await(job.name);
    shut_down();
    broke = faulty.operations() > operation;
    const bool failed = ended.stage == Stage::kFailed;
    EXPECT_TRUE(failed ? ended.failure_reason.starts_with("InternalServerError: ")
                       : ended.stage == Stage::kCompleted)
        << operation;
    EXPECT_EQ(store.read(parse_s3_uri(job.model_uri)->key).has_value(), !failed) << operation;
    EXPECT_THAT(store.place.disk.list(options.folder), IsEmpty()) << operation;
  }
}

// Otherwise it would be taken up once more, and its program would run twice.
TEST_F(JobRunTest, IsToldItsEndOnceThatCanBeTold) {
  on_failure = [](const std::string&) {};
  store.place.records.refusals = 1;
  start();
  submit("a", fmt::format("echo ran >> {}; echo weights > model/w", own("runs").string()));
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(text_of(own("runs")), "ran\n");
  EXPECT_LT(store.place.records.refusals, 1);
}

}  // namespace
}  // namespace kennel::jobs

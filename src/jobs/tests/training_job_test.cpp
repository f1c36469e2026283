#include "jobs/training_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::jobs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

const TimePoint kNow{milliseconds(1'800'000'000'000)};

TrainingJob started_job() {
  TrainingJob job{.name = "dogs-1"};
  begin(job, kNow);
  return job;
}

std::vector<Stage> stages(const TrainingJob& job) {
  std::vector<Stage> all;
  for (const Transition& transition : job.transitions) all.push_back(transition.stage);
  return all;
}

TEST(S3Uris, AreABucketAndAKey) {
  EXPECT_EQ(parse_s3_uri("s3://dogs/a/b")->bucket, "dogs");
  EXPECT_EQ(parse_s3_uri("s3://dogs/a/b")->key, "a/b");
  EXPECT_EQ(parse_s3_uri("s3://dogs")->key, "");
  EXPECT_EQ(parse_s3_uri("s3://dogs/")->key, "");
  EXPECT_EQ(parse_s3_uri("https://s3://dogs/a")->key, "a");
}

TEST(S3Uris, AreNothingElse) {
  for (const char* text : {"", "dogs/a", "s3:/dogs", "s3://", "s3:///a", "http://dogs/a"}) {
    EXPECT_FALSE(parse_s3_uri(text)) << text;
  }
}

TEST(OutputFolder, HasNoDoubleSlash) {
  TrainingJob job{.name = "dogs-1", .output = {"models", "runs//"}};
  EXPECT_EQ(output_folder(job).to_string(), "s3://models/runs/dogs-1/output");
  job.output.key = "";
  EXPECT_EQ(output_folder(job).to_string(), "s3://models/dogs-1/output");
}

TEST(TrainingJob, GoesThroughItsStagesOneAfterTheOther) {
  TrainingJob job = started_job();
  advance(job, Stage::kDownloading, "Downloading input data", kNow + seconds(1));
  advance(job, Stage::kTraining, "Training", kNow + seconds(2));
  advance(job, Stage::kUploading, "Uploading", kNow + seconds(5));
  EXPECT_TRUE(job.is_active());
  advance(job, Stage::kCompleted, "Training job completed", kNow + seconds(6));
  EXPECT_FALSE(job.is_active());
  EXPECT_THAT(stages(job), ElementsAre(Stage::kStarting, Stage::kDownloading, Stage::kTraining,
                                       Stage::kUploading, Stage::kCompleted));
  for (std::size_t i = 1; i < job.transitions.size(); ++i) {
    EXPECT_EQ(job.transitions[i - 1].end, job.transitions[i].start);
  }
  EXPECT_EQ(job.transitions.back().end, kNow + seconds(6));
  EXPECT_EQ(job.billed(kNow), seconds(5));
}

TEST(TrainingJob, OnlySaysSomethingElseWhereTheStageIsTheSame) {
  TrainingJob job = started_job();
  advance(job, Stage::kStarting, "Waiting", kNow + seconds(9));
  ASSERT_EQ(job.transitions.size(), 1);
  EXPECT_EQ(job.transitions[0].message, "Waiting");
  EXPECT_EQ(job.transitions[0].start, kNow);
  EXPECT_FALSE(job.transitions[0].end);
}

TEST(TrainingJob, CostsNothingBeforeItsInstancesAreThere) {
  TrainingJob job = started_job();
  EXPECT_EQ(job.billed(kNow + seconds(100)), seconds(0));
  advance(job, Stage::kDownloading, "", kNow + seconds(100));
  EXPECT_EQ(job.billed(kNow + milliseconds(100'001)), seconds(1));
}

TEST(TrainingJob, NeverGoesBackInTime) {
  TrainingJob job = started_job();
  advance(job, Stage::kDownloading, "", kNow - seconds(10));
  advance(job, Stage::kFailed, "", kNow - seconds(20));
  EXPECT_EQ(job.transitions[1].start, kNow);
  EXPECT_EQ(job.ended, kNow);
  EXPECT_EQ(job.billed(kNow), seconds(0));
}

TEST(TrainingJobDeathTest, NeverLeavesItsEnd) {
  TrainingJob job = started_job();
  advance(job, Stage::kStopped, "", kNow);
  EXPECT_DEATH(advance(job, Stage::kTraining, "", kNow), "an end is never left");
}

TEST(Stages, HaveOneStatusEach) {
  EXPECT_EQ(status_of(Stage::kStarting), JobStatus::kInProgress);
  EXPECT_EQ(status_of(Stage::kUploading), JobStatus::kInProgress);
  EXPECT_EQ(status_of(Stage::kStopping), JobStatus::kStopping);
  EXPECT_EQ(status_of(Stage::kMaxRuntimeExceeded), JobStatus::kStopped);
  EXPECT_EQ(find_job_status("Stopped"), JobStatus::kStopped);
  EXPECT_FALSE(find_job_status("Gone"));
}

TEST(JobRecord, KeepsEverything) {
  TrainingJob job = started_job();
  job.arn = "arn:aws:sagemaker:us-east-1:000000000000:training-job/dogs-1";
  job.role_arn = "arn:aws:iam::000000000000:role/r";
  job.image = "kennel/process";
  job.entrypoint = {"sh", "-c"};
  job.arguments = {"exit 0"};
  job.hyperparameters = {{"epochs", "3"}};
  job.environment = {{"A", "b"}};
  job.channels = {{.name = "train",
                   .data = {"dogs", "train/"},
                   .kind = DataKind::kManifest,
                   .distribution = Distribution::kShardedByKey,
                   .content_type = "application/x-image",
                   .record_wrapper = "RecordIO"}};
  job.metric_definitions = {{"loss", "loss=(.*)"}};
  job.output = {"models", "runs"};
  job.output_packed = false;
  job.checkpoints = Checkpoints{{"models", "points"}, "/opt/ml/cp"};
  job.instance_type = "ml.m5.xlarge";
  job.instance_count = 4;
  job.volume_gib = 30;
  job.runtime_max = seconds(77);
  job.isolated = true;
  job.request = {{"DebugHookConfig", {{"S3OutputPath", "s3://x"}}}};
  job.tags = {{"team", "dogs"}};
  job.end_when_stopped = Stage::kMaxRuntimeExceeded;
  job.metrics = {{"loss", 0.25, kNow}};
  advance(job, Stage::kDownloading, "m", kNow + seconds(1));
  advance(job, Stage::kFailed, "f", kNow + seconds(2));
  job.failure_reason = "AlgorithmError: , exit code: 1";
  job.model_uri = "s3://models/x";
  const TrainingJob again = job_from_record(to_record(job));
  EXPECT_EQ(to_record(again), to_record(job));
  EXPECT_EQ(again.channels[0].kind, DataKind::kManifest);
  EXPECT_EQ(again.checkpoints->local_path, "/opt/ml/cp");
  EXPECT_EQ(again.end_when_stopped, Stage::kMaxRuntimeExceeded);
  EXPECT_EQ(again.ended, job.ended);
  EXPECT_EQ(again.tags, job.tags);
}

}  // namespace
}  // namespace kennel::jobs

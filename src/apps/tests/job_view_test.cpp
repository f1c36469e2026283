#include "apps/job_view.h"

#include <gmock/gmock.h>

#include <cmath>

namespace kennel::apps {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TimePoint at(double seconds) {
  return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

json running_job() {
  return {{"TrainingJobName", "dogs"},
          {"TrainingJobStatus", "InProgress"},
          {"SecondaryStatus", "Training"},
          {"AlgorithmSpecification", {{"TrainingImage", "kennel/image-classifier"}}},
          {"ResourceConfig", {{"InstanceType", "ml.m5.xlarge"}, {"InstanceCount", 2}}},
          {"CreationTime", 1000.5},
          {"TrainingStartTime", 1010},
          {"ModelArtifacts", {{"S3ModelArtifacts", "s3://b/dogs/output/model.tar.gz"}}},
          {"SecondaryStatusTransitions",
           {{{"Status", "Starting"},
             {"StatusMessage", "Starting the training job"},
             {"StartTime", 1000.5},
             {"EndTime", 1010}},
            {{"Status", "Training"}, {"StatusMessage", "now\nthen"}, {"StartTime", 1010}}}}};
}

json failed_job() {
  json job = running_job();
  job.update({{"TrainingJobStatus", "Failed"},
              {"SecondaryStatus", "Failed"},
              {"FailureReason", "AlgorithmError: no\x1b[2J photos"},
              {"TrainingEndTime", 1100},
              {"BillableTimeInSeconds", 90}});
  return job;
}

TEST(JobView, CountsTheTimeOfARunningJobUntilNow) {
  const JobView job = to_view(running_job(), at(1030.9));
  EXPECT_EQ(job.billed.count(), 20);
  EXPECT_FALSE(job.has_ended());
  ASSERT_TRUE(job.cost_usd);
  EXPECT_NEAR(*job.cost_usd, 0.23 * 2 * 20 / 3600, 1e-9);
}

TEST(JobView, TakesTheBilledTimeOfAJobThatHasEnded) {
  const JobView job = to_view(failed_job(), at(9999));
  EXPECT_EQ(job.billed.count(), 90);
  EXPECT_TRUE(job.has_ended());
}

TEST(JobView, IsFreeBeforeItStarted) {
  json waiting = running_job();
  waiting.erase("TrainingStartTime");
  EXPECT_EQ(to_view(waiting, at(2000)).billed.count(), 0);
}

TEST(JobView, HasNoCostWhereNoPriceIsKnown) {
  json odd = running_job();
  odd["ResourceConfig"]["InstanceType"] = "ml.odd.large";
  const JobView job = to_view(odd, at(1030));
  EXPECT_FALSE(job.cost_usd);
  EXPECT_THAT(to_story(job, at(1030), false), HasSubstr("cost -\n"));
  EXPECT_TRUE(to_json(job)["cost_usd"].is_null());
}

TEST(JobView, TellsTheStagesWithTheirTimes) {
  const std::string story = to_story(to_view(running_job(), at(1030)), at(1030), false);
  EXPECT_THAT(story, HasSubstr("dogs  InProgress\n"));
  EXPECT_THAT(story, HasSubstr("1970-01-01T00:16:40Z  Starting"));
  EXPECT_THAT(story, HasSubstr("9 s  Starting the training job\n"));
  EXPECT_THAT(story, HasSubstr("20 s  now then\n"));
  EXPECT_THAT(story, HasSubstr("s3://b/dogs/output/model.tar.gz"));
}

TEST(JobView, TellsProgramsTheStagesInTheirOrder) {
  const auto told = to_json(to_view(running_job(), at(1030)));
  EXPECT_EQ(told["stages"][1].dump(),
            R"({"stage":"Training","start":"1970-01-01T00:16:50.000Z","end":null,)"
            R"("message":"now\nthen"})");
}

TEST(JobView, TellsAFailureWithoutItsEscapeSequences) {
  const std::string story = to_story(to_view(failed_job(), at(1100)), at(1100), false);
  EXPECT_THAT(story, HasSubstr("AlgorithmError: no photos"));
  EXPECT_THAT(story, Not(HasSubstr("model.tar.gz")));
}

TEST(JobView, ColoursTheStatusOnlyWhereAsked) {
  const JobView job = to_view(failed_job(), at(1100));
  EXPECT_THAT(to_story(job, at(1100), true), HasSubstr("\x1b[31mFailed\x1b[0m"));
  EXPECT_THAT(to_table({job}, true), HasSubstr("\x1b[31mFailed\x1b[0m"));
  EXPECT_THAT(to_table({job}, false), Not(HasSubstr("\x1b")));
}

TEST(JobView, LinesUpTheTable) {
  const JobView job = to_view(failed_job(), at(1100));
  EXPECT_EQ(to_table({job}, false),
            "NAME  STATUS  STAGE   CREATED               TIME        COST     INSTANCES\n"
            "dogs  Failed  Failed  1970-01-01T00:16:40Z  1 min 30 s  $0.0115  2 x ml.m5.xlarge\n");
}

TEST(JobView, ReadsMetricsThatAreNoNumbers) {
  json job = failed_job();
  job["FinalMetricDataList"] = {{{"MetricName", "top1"}, {"Value", 0.75}},
                                {{"MetricName", "loss"}, {"Value", "NaN"}},
                                {{"MetricName", "grad"}, {"Value", "-Infinity"}}};
  const JobView view = to_view(job, at(1100));
  ASSERT_EQ(view.metrics.size(), 3U);
  EXPECT_DOUBLE_EQ(view.metrics[0].value, 0.75);
  EXPECT_TRUE(std::isnan(view.metrics[1].value));
  EXPECT_EQ(view.metrics[2].value, -INFINITY);
  EXPECT_EQ(to_json(view)["metrics"]["loss"].dump(), "null");
}

}  // namespace
}  // namespace kennel::apps

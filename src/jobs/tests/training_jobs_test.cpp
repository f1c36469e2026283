#include "jobs/training_jobs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory_records.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow{seconds(1'800'000'000)};

class TrainingJobsTest : public testing::Test {
 protected:
  void make(const std::string& name, int second) {
    TrainingJob job{.name = name};
    begin(job, kNow + seconds(second));
    ASSERT_TRUE(jobs.create(job));
  }

  void end(const std::string& name, Stage stage, int second) {
    ASSERT_TRUE(jobs.update(name, [&](TrainingJob& job) {
      advance(job, stage, "", kNow + seconds(second));
      return true;
    }));
  }

  // Page after page.
  std::vector<std::string> list(JobQuery query) {
    std::vector<std::string> names;
    do {
      const auto page = jobs.list(query);
      EXPECT_TRUE(page);
      EXPECT_LE(page->jobs.size(), query.limit);
      for (const JobSummary& job : page->jobs) names.push_back(job.name);
      query.after = page->next;
    } while (!query.after.empty());
    return names;
  }

  store::MemoryRecords records;
  TrainingJobs jobs{records};
};

TEST_F(TrainingJobsTest, HaveOneOfAName) {
  make("a", 0);
  TrainingJob again{.name = "a"};
  begin(again, kNow);
  EXPECT_EQ(jobs.create(again).error().kind, ErrorKind::kConflict);
  EXPECT_FALSE(jobs.find("b"));
}

TEST_F(TrainingJobsTest, KeepTheirOrderWithinAMillisecond) {
  for (const char* name : {"c", "a", "b"}) make(name, 0);
  EXPECT_THAT(jobs.active(), ElementsAre("c", "a", "b"));
  EXPECT_THAT(list({}), ElementsAre("b", "a", "c"));
  end("a", Stage::kFailed, 1);
  EXPECT_THAT(jobs.active(), ElementsAre("c", "b"));
}

TEST_F(TrainingJobsTest, HaveOneOfANameInWhateverCase) {
  make("Dogs-1", 0);
  TrainingJob again{.name = "dogs-1"};
  begin(again, kNow);
  EXPECT_EQ(jobs.create(again).error().kind, ErrorKind::kConflict);
  EXPECT_FALSE(jobs.find("dogs-1"));
  EXPECT_EQ(jobs.update("DOGS-1", [](TrainingJob&) { return true; }).error().kind,
            ErrorKind::kNotFound);
  end("Dogs-1", Stage::kFailed, 1);
  EXPECT_EQ(jobs.remove("dogs-1").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(jobs.find("Dogs-1")->name, "Dogs-1");
  ASSERT_TRUE(jobs.remove("Dogs-1"));
  EXPECT_TRUE(jobs.create(again));
}

TEST_F(TrainingJobsTest, AreFoundByTheirOwnArnOnly) {
  TrainingJob job{.name = "Dogs-1", .arn = "arn:aws:sagemaker:r:1:training-job/dogs-1"};
  begin(job, kNow);
  ASSERT_TRUE(jobs.create(job));
  EXPECT_EQ(jobs.find_by_arn(job.arn)->name, "Dogs-1");
  for (const char* arn :
       {"arn:aws:sagemaker:r:1:training-job/Dogs-1", "arn:aws:sagemaker:r:2:training-job/dogs-1",
        "arn:aws:sagemaker:s:1:training-job/dogs-1", "arn:aws:sagemaker:r:1:model/dogs-1", "dogs-1",
        ""}) {
    EXPECT_FALSE(jobs.find_by_arn(arn)) << arn;
  }
}

TEST_F(TrainingJobsTest, AreActiveInTheOrderInWhichTheyWereMade) {
  make("c", 0);
  make("a", 1);
  make("b", 2);
  EXPECT_THAT(jobs.active(), ElementsAre("c", "a", "b"));
  end("a", Stage::kStopped, 3);
  EXPECT_THAT(jobs.active(), ElementsAre("c", "b"));
}

TEST_F(TrainingJobsTest, TellAsManyActiveOnesAsAreAskedFor) {
  for (int i = 0; i < 1100; ++i) make(fmt::format("job-{:04}", i), i);
  EXPECT_THAT(jobs.active(2), ElementsAre("job-0000", "job-0001"));
  EXPECT_EQ(jobs.active(1050).size(), 1050);
  EXPECT_EQ(jobs.active().back(), "job-1099");
}

TEST_F(TrainingJobsTest, TellWhichAreBeingStopped) {
  make("a", 0);
  make("b", 1);
  end("b", Stage::kStopping, 2);
  EXPECT_THAT(jobs.stopping(), ElementsAre("b"));
  EXPECT_THAT(jobs.active(), ElementsAre("a", "b"));
  end("b", Stage::kStopped, 3);
  EXPECT_THAT(jobs.stopping(), IsEmpty());
}

TEST_F(TrainingJobsTest, AreListedInEveryOrder) {
  make("c", 0);
  make("a", 1);
  make("b", 2);
  end("c", Stage::kFailed, 3);
  for (const std::size_t limit : {1, 2, 100}) {
    EXPECT_THAT(list({.limit = limit}), ElementsAre("b", "a", "c"));
    EXPECT_THAT(list({.descending = false, .limit = limit}), ElementsAre("c", "a", "b"));
    EXPECT_THAT(list({.order = JobOrder::kName, .descending = false, .limit = limit}),
                ElementsAre("a", "b", "c"));
    EXPECT_THAT(list({.order = JobOrder::kStatus, .descending = false, .limit = limit}),
                ElementsAre("c", "a", "b"));
    EXPECT_THAT(list({.order = JobOrder::kStatus, .limit = limit}), ElementsAre("b", "a", "c"));
  }
}

TEST_F(TrainingJobsTest, AreListedAsTheLastChangeLeftThem) {
  make("a", 0);
  EXPECT_THAT(list({}), ElementsAre("a"));
  make("b", 1);
  EXPECT_THAT(list({}), ElementsAre("b", "a"));
  end("a", Stage::kFailed, 2);
  EXPECT_THAT(list({.status = JobStatus::kFailed}), ElementsAre("a"));
  EXPECT_TRUE(jobs.remove("a"));
  EXPECT_THAT(list({}), ElementsAre("b"));
  EXPECT_THAT(TrainingJobs(records).list({})->jobs.size(), 1);
}

TEST_F(TrainingJobsTest, AreListedByWhatIsAskedFor) {
  make("dogs-1", 0);
  make("Dogs-2", 10);
  make("cats", 20);
  end("dogs-1", Stage::kFailed, 30);
  EXPECT_THAT(list({.name_contains = "dogs", .limit = 1}), ElementsAre("Dogs-2", "dogs-1"));
  EXPECT_THAT(list({.status = JobStatus::kFailed}), ElementsAre("dogs-1"));
  EXPECT_THAT(list({.created_after = kNow}), ElementsAre("cats", "Dogs-2"));
  EXPECT_THAT(list({.created_before = kNow + seconds(10)}), ElementsAre("dogs-1"));
  EXPECT_THAT(list({.modified_after = kNow + seconds(20)}), ElementsAre("dogs-1"));
  EXPECT_THAT(list({.modified_before = kNow + seconds(20)}), ElementsAre("Dogs-2"));
}

TEST_F(TrainingJobsTest, AreChangedOnTheNewestState) {
  make("a", 0);
  int calls = 0;
  const auto changed = jobs.update("a", [&](TrainingJob& job) {
    if (calls++ == 0) {
      EXPECT_TRUE(jobs.update("a", [](TrainingJob& other) {
        other.failure_reason = "first";
        return true;
      }));
    }
    job.failure_reason += " second";
    return true;
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(changed->failure_reason, "first second");
  EXPECT_EQ(jobs.find("a")->failure_reason, "first second");
}

TEST_F(TrainingJobsTest, StayAsTheyAreWhereAChangeDeclines) {
  make("a", 0);
  const auto before = records.find("training-jobs", "a");
  EXPECT_TRUE(jobs.update("a", [](TrainingJob&) { return false; }));
  EXPECT_EQ(records.find("training-jobs", "a"), before);
  EXPECT_EQ(jobs.update("b", [](TrainingJob&) { return true; }).error().kind, ErrorKind::kNotFound);
}

TEST_F(TrainingJobsTest, AreRemovedOnceTheyHaveEnded) {
  make("a", 0);
  jobs.add_metrics("a", 0, std::vector<MetricValue>{{"loss", 0.5, kNow}});
  EXPECT_EQ(jobs.remove("a").error().kind, ErrorKind::kConflict);
  end("a", Stage::kCompleted, 1);
  EXPECT_TRUE(jobs.remove("a"));
  EXPECT_EQ(jobs.remove("a").error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(list({}), IsEmpty());
  EXPECT_THAT(jobs.metrics("a", 10), IsEmpty());
}

TEST_F(TrainingJobsTest, KeepMetricsInTheOrderOfTheLog) {
  std::vector<MetricValue> values;
  for (int i = 0; i < 20; ++i) values.push_back({"loss", 1.0 / (i + 1), kNow});
  jobs.add_metrics("a", 0, values);
  jobs.add_metrics("a", 20, std::vector<MetricValue>{{"top1", 0.9, kNow}});
  jobs.add_metrics("aa", 0, std::vector<MetricValue>{{"other", 1, kNow}});
  const auto kept = jobs.metrics("a", 100);
  ASSERT_EQ(kept.size(), 21);
  EXPECT_EQ(kept[19].value, 0.05);
  EXPECT_EQ(kept[20].metric, "top1");
}

}  // namespace
}  // namespace kennel::jobs

#include "jobs/checkpoints.h"

#include <gmock/gmock.h>

#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class CheckpointsTest : public testing::Test {
 public:
  CheckpointsTest() { fs::create_directories(folder_.ml / folder_.below); }

 protected:
  base::Result<void> fetch() {
    return sync_.fetch(
        {store_.place.records, store_.blobs, store_.buckets, store_.objects, store_.place.disk},
        folder_, go_on_);
  }
  base::Result<void> push(bool settled_only = false) {
    return sync_.push({folder_}, settled_only, store_.now);
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_.ml / folder_.below / name).parent_path());
    std::ofstream(folder_.ml / folder_.below / name) << text;
  }
  std::string written(const std::string& name) {
    return text_of(folder_.ml / folder_.below / name);
  }
  std::vector<std::string> kept() {
    std::vector<std::string> keys;
    for (const auto& object :
         objects::list_objects(store_.place.records, {.bucket = "dogs"}).objects) {
      keys.push_back(object.key);
    }
    return keys;
  }

  objects::ObjectStore<OnScratch> store_;
  Uploader uploader_{store_.blobs, store_.objects};
  CheckpointSync sync_{uploader_, {"dogs", "runs/one"}};
  JobFolder folder_{store_.place.folder / "ml", "checkpoints"};
  const std::function<bool()> go_on_ = [] { return false; };
};

TEST_F(CheckpointsTest, AreFetchedWithTheirFolders) {
  ASSERT_TRUE(store_.put("runs/one/3.pt", "third"));
  ASSERT_TRUE(store_.put("runs/one/deep/4.pt", "fourth"));
  ASSERT_TRUE(store_.put("runs/one/", ""));
  ASSERT_TRUE(store_.put("runs/one-more/5.pt", "another job's"));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(written("3.pt"), "third");
  EXPECT_EQ(written("deep/4.pt"), "fourth");
  EXPECT_EQ(find_files({folder_}).size(), 2U);
}

TEST_F(CheckpointsTest, AreFetchedFromEveryPageOfAListing) {
  for (int i = 0; i < 1001; ++i) ASSERT_TRUE(store_.put(fmt::format("runs/one/{}.pt", i), ""));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(find_files({folder_}).size(), 1001U);
}

TEST_F(CheckpointsTest, AreTheJobsToChange) {
  ASSERT_TRUE(store_.put("runs/one/3.pt", "third"));
  ASSERT_TRUE(fetch());
  std::ofstream(folder_.ml / folder_.below / "3.pt", std::ios::app) << " and more";
  EXPECT_EQ(store_.read("runs/one/3.pt").value(), "third");
}

TEST_F(CheckpointsTest, ArePushedBelowTheirPrefix) {
  write("1.pt", "first");
  write("deep/2.pt", "second");
  ASSERT_TRUE(push());
  EXPECT_THAT(kept(), ElementsAre("runs/one/1.pt", "runs/one/deep/2.pt"));
  EXPECT_EQ(store_.read("runs/one/deep/2.pt").value(), "second");
}

TEST_F(CheckpointsTest, ArePushedOnlyWhereTheyChanged) {
  ASSERT_TRUE(store_.put("runs/one/3.pt", "third"));
  ASSERT_TRUE(fetch());
  write("4.pt", "fourth");
  ASSERT_TRUE(push());
  for (const char* key : {"runs/one/3.pt", "runs/one/4.pt"}) ASSERT_TRUE(store_.remove(key));
  ASSERT_TRUE(push());
  EXPECT_THAT(kept(), IsEmpty());
  write("4.pt", "fourth, better");
  ASSERT_TRUE(push());
  EXPECT_THAT(kept(), ElementsAre("runs/one/4.pt"));
}

TEST_F(CheckpointsTest, AreLeftAloneWhileTheyChange) {
  write("1.pt", "fir");
  ASSERT_TRUE(push(true));
  EXPECT_THAT(kept(), IsEmpty());
  write("1.pt", "first");
  ASSERT_TRUE(push(true));
  EXPECT_THAT(kept(), IsEmpty());
  ASSERT_TRUE(push(true));
  EXPECT_THAT(kept(), ElementsAre("runs/one/1.pt"));
}

TEST_F(CheckpointsTest, SayThatTheirBucketIsGone) {
  CheckpointSync elsewhere(uploader_, {"cats", ""});
  write("1.pt", "first");
  EXPECT_THAT(elsewhere.push({folder_}, false, store_.now).error().message, HasSubstr("cats"));
}

class CheckpointedJobTest : public testing::Test, public JobServer {
 protected:
  [[nodiscard]] TrainingJob draft(const std::string& script) const {
    TrainingJob job = JobServer::draft("a", script);
    job.checkpoints = Checkpoints{{"dogs", "runs/one/"}, "/opt/ml/checkpoints"};
    return job;
  }
  bool is_kept(const std::string& key) {
    return eventually([&] {
      clock.advance(seconds(5));
      return store.read(key).has_value();
    });
  }
};

TEST_F(CheckpointedJobTest, FindsThemThereWhenItBegins) {
  ASSERT_TRUE(store.put("runs/one/3.pt", "third"));
  start();
  submit(draft("cat checkpoints/3.pt"));
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_THAT(log("a"), ElementsAre("third"));
}

TEST_F(CheckpointedJobTest, HasThemKeptWhileItRunsAndAtItsEnd) {
  const Gate gate(own("gate"));
  start();
  submit(draft(fmt::format("echo 1 > checkpoints/1.pt; {}; echo 2 > checkpoints/2.pt; exit 1",
                           gate.wait())));
  EXPECT_TRUE(is_kept("runs/one/1.pt"));
  EXPECT_EQ(find("a").stage, Stage::kTraining);
  gate.let_one_pass();
  EXPECT_EQ(await("a").stage, Stage::kFailed);
  EXPECT_EQ(store.read("runs/one/2.pt").value(), "2\n");
}

TEST_F(CheckpointedJobTest, HasThemWhereItAsksForThem) {
  start();
  TrainingJob job = draft("echo 1 > my/own/1.pt");
  job.checkpoints->local_path = "/opt/ml/my/own";
  submit(job);
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(store.read("runs/one/1.pt").value(), "1\n");
}

TEST_F(CheckpointedJobTest, FailsWhereTheirBucketIsMissing) {
  start();
  TrainingJob job = draft("true");
  job.checkpoints->remote.bucket = "cats";
  submit(job);
  EXPECT_THAT(await("a").failure_reason, HasSubstr("CheckpointConfig.S3Uri"));
}

}  // namespace
}  // namespace kennel::jobs

// What an earlier process of the server left, and how a second runner takes it up.
#include <gmock/gmock.h>

#include "jobs/tests/job_server.h"

namespace kennel::jobs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class RecoveryTest : public testing::Test, public JobServer {
 protected:
  // In the folder that a job's instance has.
  void put_file(const std::string& job, const std::string& path, const std::string& text) {
    const base::Path file = folder(job) / "algo-1/ml" / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
};

TEST_F(RecoveryTest, BeginsAnewWhereTrainingHadNotBegun) {
  for (const auto& [name, stage] :
       {std::pair("a", Stage::kStarting), std::pair("b", Stage::kDownloading)}) {
    leave(draft(name, "echo weights > model/w"), stage);
    put_file(name, "model/half", "of another life");
    start();
    EXPECT_EQ(await(name).stage, Stage::kCompleted) << name;
    shut_down();
    const base::Path model = unpack(find(name).model_uri);
    EXPECT_EQ(text_of(model / "w"), "weights\n");
    EXPECT_FALSE(fs::exists(model / "half"));
    fs::remove_all(model);
  }
}

TEST_F(RecoveryTest, FailsWhatWasBeingTrainedAndRunsNothingTwice) {
  const Gate gate(own("gate"));
  start();
  submit("a", fmt::format("echo ran >> {}; echo ready; {}", own("runs").string(), gate.wait()));
  ASSERT_TRUE(says("a", "ready"));
  shut_down();
  gate.let_one_pass();
  start();
  const TrainingJob job = await("a");
  EXPECT_EQ(job.stage, Stage::kFailed);
  EXPECT_THAT(job.failure_reason, HasSubstr("InternalServerError: We encountered an internal"));
  shut_down();
  EXPECT_EQ(text_of(own("runs")), "ran\n");
  EXPECT_FALSE(store.read("runs/a/output/model.tar.gz"));
}

TEST_F(RecoveryTest, UploadsAgainWhatWasOnItsWay) {
  leave(draft("a", "exit 1"), Stage::kUploading);
  put_file("a", "model/w", "weights");
  put_file("a", "output/data/n", "notes");
  start();
  EXPECT_EQ(await("a").stage, Stage::kCompleted);
  EXPECT_EQ(text_of(unpack(find("a").model_uri) / "w"), "weights");
  EXPECT_EQ(text_of(unpack("s3://dogs/runs/a/output/output.tar.gz") / "data/n"), "notes");
  shut_down();
  EXPECT_THAT(store.place.disk.list(options.folder), IsEmpty());
}

TEST_F(RecoveryTest, EndsWhatWasBeingStopped) {
  leave(draft("a", "exit 1"), Stage::kStopping);
  TrainingJob late = draft("b", "exit 1");
  late.end_when_stopped = Stage::kMaxRuntimeExceeded;
  leave(late, Stage::kStopping);
  start();
  EXPECT_EQ(await("a").stage, Stage::kStopped);
  EXPECT_EQ(await("b").stage, Stage::kMaxRuntimeExceeded);
}

TEST_F(RecoveryTest, RemovesFoldersThatNobodyNeeds) {
  leave(draft("trained", "true"), Stage::kTraining);
  leave(draft("stopped", "true"), Stage::kStopping);
  for (const char* name : {"trained", "stopped", "unknown"}) put_file(name, "model/w", "weights");
  start();
  EXPECT_EQ(await("trained").stage, Stage::kFailed);
  EXPECT_EQ(await("stopped").stage, Stage::kStopped);
  EXPECT_TRUE(eventually([&] { return store.place.disk.list(options.folder).empty(); }));
}

TEST_F(RecoveryTest, KeepsTheOrderOfTheQueue) {
  options.machine.cores = 2;  // one at a time
  for (const char* name : {"c", "a", "b"}) {
    leave(draft(name, fmt::format("echo {} >> {}", name, own("order").string())), Stage::kStarting);
  }
  start();
  EXPECT_EQ(await("b").stage, Stage::kCompleted);
  EXPECT_EQ(text_of(own("order")), "c\na\nb\n");
}

}  // namespace
}  // namespace kennel::jobs

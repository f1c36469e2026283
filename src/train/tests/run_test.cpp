#include "train/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "base/tests/scratch_folder.h"
#include "engine/tests/random_images.h"
#include "network/package.h"
#include "network/tests/random_weights.h"
#include "network/weights_file.h"
#include "train/tests/separable_rows.h"
#include "vision/encode.h"

namespace kennel::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SilentObserver final : public RunObserver {
 public:
  void on_note(const std::string& note) override { notes.push_back(note); }
  void on_dataset(const dataset::Dataset&) override {}
  void on_extraction(std::size_t, std::size_t) override { ++extracted; }
  void on_features(const engine::Features&) override {}
  void on_resumed(const std::vector<EpochRecord>&, int) override {}
  void on_epoch(const EpochRecord&, int) override {
    if (stop_after-- == 1) stop = true;
  }

  std::vector<std::string> notes;
  int extracted = 0;
  int stop_after = 0;
  std::atomic<bool> stop{false};
};

// Two classes of pictures, "dark" and "pale", in train and valid; resnet18 with random weights.
class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* split : {"train", "valid"}) {
      for (const char* name : {"dark", "pale"}) {
        for (int photo = 0; photo < 4; ++photo) add_photo(split, name, photo);
      }
    }
    const auto& backbone = **network::get_backbone("resnet18");
    const auto weights = network::random_weights(backbone, {}, 1);
    base::write_atomically(disk_, weights_path(), network::to_pth(weights));
  }

  void add_photo(const std::string& split, const std::string& name, int number) {
    auto image = engine::random_image(40, 40, static_cast<std::uint64_t>(next_seed_++));
    for (auto& value : image.pixels) value = static_cast<std::uint8_t>(value / 3);
    if (name == "pale") {
      for (auto& value : image.pixels) value = static_cast<std::uint8_t>(255 - value);
    }
    add_file(split + "/" + name + "/" + std::to_string(number) + ".jpg",
             vision::encode_jpeg(image, 90));
  }
  void add_file(const std::string& name, base::ByteView bytes) {
    disk_.make_folders((data() / name).parent_path());
    base::write_atomically(disk_, data() / name, bytes);
  }

  base::Path data() const { return scratch_.path() / "photos"; }
  base::Path weights_path() const { return scratch_.path() / "weights.pth"; }

  RunOptions options(const std::string& run = "run") {
    return {.data = data(),
            .folder = scratch_.path() / run,
            .backbone = *network::get_backbone("resnet18"),
            .weights = weights_path(),
            .cache = scratch_.path() / "cache",
            .head = {.hidden = 8, .epochs = 3, .batch_size = 4},
            .threads = 2,
            .command = "kennel train photos",
            .stop = &observer_.stop};
  }
  base::Result<RunSummary> run(const RunOptions& run_options) {
    return run_training(run_options, observer_, disk_, clock_);
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  base::SystemClock clock_;
  SilentObserver observer_;
  int next_seed_ = 0;
};

std::set<std::string> files_in(const base::Path& folder) {
  std::set<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

TEST_F(RunTest, LeavesAWholeRunFolder) {
  const auto summary = run(options());
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_THAT(files_in(options().folder),
              testing::ElementsAre("checkpoint.pth", "metrics.csv", "model.tar.gz", "report.html",
                                   "results.json"));
  EXPECT_EQ(summary->classes, (std::vector<std::string>{"dark", "pale"}));
  EXPECT_EQ(summary->history.size(), 3U);
  EXPECT_EQ(summary->valid.paths.size(), 8U);
}

TEST_F(RunTest, PacksWhatItTrained) {
  const auto summary = run(options());
  const auto package = network::read_package(options().folder / "model.tar.gz");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->backbone, "resnet18");
  EXPECT_EQ(package->classes, summary->classes);
  EXPECT_DOUBLE_EQ(package->metrics.at("valid").at("top1"), summary->valid.evaluation.top1);
  EXPECT_NE(package->weights.find("layer4.1.bn2.num_batches_tracked"), nullptr);
  EXPECT_EQ(package->weights.find("fc.weight"), nullptr);
}

TEST_F(RunTest, GivesTheSameModelForTheSameSeed) {
  ASSERT_TRUE(run(options("first")));
  ASSERT_TRUE(run(options("second")));
  const auto first = network::read_package(options("first").folder / "model.tar.gz");
  const auto second = network::read_package(options("second").folder / "model.tar.gz");
  EXPECT_TRUE(same_tensors(first->weights, second->weights));
}

TEST_F(RunTest, ResumesToTheModelOfAnUndisturbedRun) {
  ASSERT_TRUE(run(options("whole")));
  observer_.stop_after = 1;
  const auto interrupted = run(options("broken"));
  ASSERT_TRUE(interrupted);
  EXPECT_EQ(interrupted->ending, Ending::kInterrupted);
  EXPECT_TRUE(network::read_package(options("broken").folder / "model.tar.gz"));
  observer_.stop = false;
  auto resumed = options("broken");
  resumed.resume = true;
  ASSERT_TRUE(run(resumed));
  const auto whole = network::read_package(options("whole").folder / "model.tar.gz");
  const auto broken = network::read_package(options("broken").folder / "model.tar.gz");
  EXPECT_TRUE(same_tensors(whole->weights, broken->weights));
}

TEST_F(RunTest, LeavesOutUnreadablePhotosAndNamesThem) {
  add_file("train/dark/broken.jpg", base::as_bytes("not a photo"));
  const auto summary = run(options());
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->train_photos, 8U);
  ASSERT_EQ(summary->failures.size(), 1U);
  EXPECT_THAT(observer_.notes, testing::Contains(HasSubstr("broken.jpg")));
}

TEST_F(RunTest, StopsAtAnUnreadablePhotoWhenItIsStrict) {
  add_file("train/dark/broken.jpg", base::as_bytes("not a photo"));
  auto strict = options();
  strict.strict = true;
  const auto summary = run(strict);
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().message, HasSubstr("broken.jpg"));
}

TEST_F(RunTest, RefusesAClassOfWhichNothingCouldBeRead) {
  for (int photo = 0; photo < 4; ++photo) {
    add_file("train/pale/" + std::to_string(photo) + ".jpg", base::as_bytes("no photo"));
  }
  const auto summary = run(options());
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().message, HasSubstr("\"pale\""));
}

TEST_F(RunTest, UsesAFractionOfEachClass) {
  auto half = options();
  half.fraction = 0.5;
  EXPECT_EQ(run(half)->train_photos, 4U);
}

TEST_F(RunTest, ComputesNothingTwice) {
  ASSERT_TRUE(run(options("first")));
  EXPECT_EQ(observer_.extracted, 16);
  ASSERT_TRUE(run(options("second")));
  EXPECT_EQ(observer_.extracted, 16);
}

TEST_F(RunTest, LeavesNoHalfWrittenResultWhereverTheDiskFails) {
  ASSERT_TRUE(run(options("warm")));  // faults in the cache have tests of their own
  base::FaultyDisk counting(disk_, UINT64_MAX, ENOSPC);
  ASSERT_TRUE(run_training(options("counted"), observer_, counting, clock_));
  const auto operations = counting.operations();
  ASSERT_GT(operations, 20U);
  for (std::uint64_t failing = 0; failing < operations; failing += 1 + operations / 25) {
    const auto broken = options("run-" + std::to_string(failing));
    base::FaultyDisk faulty(disk_, failing, ENOSPC);
    EXPECT_THROW((void)run_training(broken, observer_, faulty, clock_), base::DiskError) << failing;
    const auto files = files_in(broken.folder);
    EXPECT_FALSE(files.contains("results.json") && files.size() < 5) << failing;
    for (const auto& name : files) EXPECT_FALSE(name.ends_with(".part")) << name;
    if (files.contains("model.tar.gz")) {
      EXPECT_TRUE(network::read_package(broken.folder / "model.tar.gz")) << failing;
    }
  }
}

}  // namespace
}  // namespace kennel::train

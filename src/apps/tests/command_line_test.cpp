#include "apps/command_line.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace kennel::apps {
namespace {

std::variant<Command, int> parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"kennel"};
  argv.insert(argv.end(), words);
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

template <class T>
T command(std::initializer_list<const char*> words) {
  return std::get<T>(std::get<Command>(parse(words)));
}

TEST(CommandLine, ReadsATrainingCommand) {
  const auto train = command<TrainCommand>({"train", "photos", "--epochs", "3", "--backbone",
                                            "resnet18", "--learning-rate", "0.01", "--json"});
  EXPECT_EQ(train.data, "photos");
  EXPECT_EQ(train.epochs, 3);
  EXPECT_EQ(train.backbone, "resnet18");
  EXPECT_DOUBLE_EQ(train.learning_rate, 0.01);
  EXPECT_TRUE(train.output.json);
  EXPECT_FALSE(train.output_folder);
}

TEST(CommandLine, KnowsTheCommandOfTheServer) {
  EXPECT_TRUE(std::holds_alternative<JobCommand>(std::get<Command>(parse({"job"}))));
}

TEST(CommandLine, KeepsTheDefaultsThatAreNotNamed) {
  const auto train = command<TrainCommand>({"train", "photos"});
  EXPECT_EQ(train.backbone, "efficientnet-lite0");
  EXPECT_EQ(train.hidden, 256);
  EXPECT_EQ(train.precision, "auto");
}

TEST(CommandLine, ReadsSeveralPhotos) {
  const auto predict = command<PredictCommand>({"predict", "m.tar.gz", "a.jpg", "b.jpg"});
  EXPECT_EQ(predict.photos, (std::vector<base::Path>{"a.jpg", "b.jpg"}));
}

TEST(CommandLine, ReadsAQuantization) {
  const auto quantize =
      command<QuantizeCommand>({"quantize", "m.tar.gz", "--calibrate", "photos", "--photos", "50"});
  EXPECT_EQ(quantize.package, "m.tar.gz");
  EXPECT_EQ(quantize.data, "photos");
  EXPECT_EQ(quantize.photos, 50);
  EXPECT_FALSE(quantize.output_file);
  EXPECT_FALSE(quantize.force);
  EXPECT_EQ(std::get<int>(parse({"quantize", "m.tar.gz"})), 2);
  EXPECT_EQ(std::get<int>(parse({"quantize", "m", "--calibrate", "d", "--photos", "0"})), 2);
}

TEST(CommandLine, KnowsInt8ForPackagesOnly) {
  const auto predict = command<PredictCommand>({"predict", "m", "a.jpg", "--precision", "int8"});
  EXPECT_EQ(predict.precision, "int8");
  EXPECT_EQ(std::get<int>(parse({"train", "photos", "--precision", "int8"})), 2);
}

TEST(CommandLine, ReadsSizesWithUnits) {
  EXPECT_EQ(command<CacheTrimCommand>({"cache", "trim", "--max-size", "2KB"}).bytes_max, 2048U);
  EXPECT_EQ(command<CacheTrimCommand>({"cache", "trim", "--max-size", "0"}).bytes_max, 0U);
}

TEST(CommandLine, ReadsCommandsAboutJobs) {
  EXPECT_FALSE(command<JobsCommand>({"jobs"}).job);
  EXPECT_EQ(command<JobsCommand>({"jobs", "--limit", "5"}).limit, 5);
  EXPECT_EQ(command<JobsCommand>({"jobs", "dogs", "--json"}).job, "dogs");
  EXPECT_TRUE(command<LogsCommand>({"logs", "dogs", "-f"}).follow);
  EXPECT_EQ(command<StopCommand>({"stop", "dogs", "--data", "d"}).data, "d");
  EXPECT_EQ(std::get<int>(parse({"jobs", "--status", "Done"})), 2);
  EXPECT_EQ(std::get<int>(parse({"jobs", "--limit", "0"})), 2);
  EXPECT_EQ(std::get<int>(parse({"logs"})), 2);
  EXPECT_EQ(std::get<int>(parse({"stop"})), 2);
}

TEST(CommandLine, ReadsALoad) {
  const auto load =
      command<LoadCommand>({"load", "http://a", "b.jpg", "c", "--rate", "12.5", "--duration", "2m",
                            "--warm-up", "500ms", "--report", "r.html"});
  EXPECT_EQ(load.url, "http://a");
  EXPECT_EQ(load.photos, (std::vector<base::Path>{"b.jpg", "c"}));
  EXPECT_EQ(load.rate, 12.5);
  EXPECT_EQ(load.duration_s, 120);
  EXPECT_EQ(load.warm_up_s, 0.5);
  EXPECT_EQ(load.timeout_s, 60);
  EXPECT_EQ(load.report, "r.html");
  EXPECT_FALSE(load.connections);
  EXPECT_EQ(std::get<int>(parse({"load", "http://a"})), 2);
  EXPECT_EQ(std::get<int>(parse({"load", "http://a", "b", "--rate", "0"})), 2);
  EXPECT_EQ(std::get<int>(parse({"load", "http://a", "b", "--connections", "0"})), 2);
  EXPECT_EQ(std::get<int>(parse({"load", "http://a", "b", "--warm-up", "soon"})), 2);
}

TEST(CommandLine, AnswersMistakesWithExitCodeTwo) {
  EXPECT_EQ(std::get<int>(parse({})), 2);
  EXPECT_EQ(std::get<int>(parse({"fly"})), 2);
  EXPECT_EQ(std::get<int>(parse({"train"})), 2);
  EXPECT_EQ(std::get<int>(parse({"train", "photos", "--backbone", "vgg16"})), 2);
  EXPECT_EQ(std::get<int>(parse({"train", "photos", "--epochs", "many"})), 2);
  EXPECT_EQ(std::get<int>(parse({"compare", "one-run"})), 2);
}

TEST(CommandLine, AnswersHelpAndVersionWithExitCodeZero) {
  EXPECT_EQ(std::get<int>(parse({"--help"})), 0);
  EXPECT_EQ(std::get<int>(parse({"train", "--help"})), 0);
  EXPECT_EQ(std::get<int>(parse({"--version"})), 0);
}

}  // namespace
}  // namespace kennel::apps

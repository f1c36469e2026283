#include "trials/command_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/tests/scratch_folder.h"

namespace kennel::trials {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const tune::Space kSpace{{"rate", tune::ContinuousRange{0, 1}},
                         {"kind", tune::CategoricalRange{{"it's", "b"}}}};

class CommandTrialsTest : public ::testing::Test {
 protected:
  TrialReturn run(const std::string& command) {
    options.command = command;
    const TrialTask task{7, kSpace, {0.25, "it's"}, 0, 3, stop};
    return CommandTrials(options, disk).run(task, [this](int epoch, double value) {
      EXPECT_EQ(epoch, static_cast<int>(values.size()) + 1);
      values.push_back(value);
      if (after_epoch) after_epoch();
    });
  }

  base::ScratchFolder scratch;
  base::PosixDisk disk;
  std::atomic<bool> stop{false};
  std::vector<double> values;
  std::function<void()> after_epoch;
  CommandOptions options{
      .metric = "loss: ([0-9.]+)", .folder = scratch.path(), .guard = KENNEL_SANDBOX};
};

TEST_F(CommandTrialsTest, EachLineThatMatchesIsAnEpoch) {
  const auto back = run("for i in 3 2 1; do echo loss: $i.5; done; echo done");
  EXPECT_EQ(back.how, Return::kDone) << back.reason;
  EXPECT_THAT(values, ElementsAre(3.5, 2.5, 1.5));
}

TEST_F(CommandTrialsTest, ValuesStandWhereTheyAreNamed) {
  EXPECT_EQ(run("echo loss: {rate} {kind} {epochs} {trial} ${HOME} {folder}").how, Return::kDone);
  EXPECT_THAT(values, ElementsAre(0.25));
  const auto log = base::read_file(scratch.path() / "007/log.txt", base::kMiB).value();
  EXPECT_THAT(std::string(base::as_text(log)), HasSubstr("loss: 0.25 it's 3 7 /"));
}

TEST_F(CommandTrialsTest, DoubledBracesAreBracesAndNoName) {
  EXPECT_EQ(run("echo 'loss: 1 {{rate}} {{other}} {{{rate}}} ${{x}}'").how, Return::kDone);
  const auto log = base::read_file(scratch.path() / "007/log.txt", base::kMiB).value();
  EXPECT_EQ(base::as_text(log), "loss: 1 {rate} {other} {{rate}} ${x}\n");
}

TEST_F(CommandTrialsTest, ACommandThatFailsSaysWhy) {
  const auto back = run("echo loss: 1; echo no cuda >&2; exit 3");
  EXPECT_EQ(back.how, Return::kFailed);
  EXPECT_EQ(back.reason, "exit code 3: no cuda");
  EXPECT_THAT(run("echo nothing").reason, HasSubstr("no line that matches"));
}

TEST_F(CommandTrialsTest, OneThatIsToStopIsAskedTo) {
  after_epoch = [this] { stop = true; };
  const auto back = run("trap 'echo asked; exit 0' TERM; echo loss: 1; sleep 100 & wait");
  EXPECT_EQ(back.how, Return::kStopped);
  EXPECT_THAT(values, ElementsAre(1));
}

TEST_F(CommandTrialsTest, WhatCannotBeRunIsSaid) {
  const auto wrong = [&](const std::string& command, bool promotes = false) {
    options.command = command;
    const auto outcome = validate(options, kSpace, promotes);
    return outcome ? "nothing" : outcome.error().message;
  };
  EXPECT_EQ(wrong("train {rate} {kind}"), "nothing");
  EXPECT_EQ(wrong("awk '{{print}}' {rate} {kind}"), "nothing");
  EXPECT_EQ(wrong("awk '{print}' {rate} {kind}"),
            "the command has {print} in it, for which there is no range: add --range "
            "print=LOW:HIGH, or write {{print}} for the braces themselves");
  EXPECT_THAT(wrong("train {rate}"), HasSubstr("never says {kind}"));
  EXPECT_THAT(wrong("train {rate} {kind}", true), HasSubstr("put {epochs}"));
  options.metric = "loss";
  EXPECT_THAT(wrong("train {rate} {kind}"), HasSubstr("has no group"));
}

}  // namespace
}  // namespace kennel::trials

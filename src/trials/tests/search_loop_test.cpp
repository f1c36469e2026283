#include "trials/search_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/tests/scratch_folder.h"

namespace kennel::trials {
namespace {

using ::testing::HasSubstr;
using tune::TrialState;

const tune::Space kSpace{{"x", tune::ContinuousRange{-1, 1}},
                         {"kind", tune::CategoricalRange{{"a", "b"}}}};

// x^2, and less with every epoch.
class Parabola : public TrialRunner {
 public:
  TrialReturn run(const TrialTask& task,
                  const std::function<void(int, double)>& on_epoch) override {
    ++runs;
    const double x = std::get<double>(task.configuration[0]);
    for (int epoch = task.epochs_begun + 1; epoch <= task.epochs; ++epoch) {
      if (before_epoch) before_epoch(task, epoch);
      if (task.stop) return {Return::kStopped};
      on_epoch(epoch, x * x + 1.0 / epoch);
      ++epochs;
    }
    return {};
  }
  std::atomic<int> runs{0};
  std::atomic<int> epochs{0};
  std::function<void(const TrialTask&, int)> before_epoch;
};

class Watcher : public SearchObserver {
 public:
  void on_change(const TrialRecords& trials, std::size_t changed, const Event& event) override {
    ASSERT_LT(changed, trials.size());
    ++changes;
    if (then) then(trials, event);
  }
  int changes = 0;
  std::function<void(const TrialRecords&, const Event&)> then;
};

class SearchLoopTest : public ::testing::Test {
 protected:
  SearchOutcome run(TrialRecords before = {}, const std::vector<Event>& events = {}) {
    Journal journal(disk, path, {{"name", "test"}}, kSpace, events);
    return run_search(options, std::move(before), {runner, journal, watcher, clock, interrupted});
  }
  SearchOutcome go_on() {
    const auto written = read_journal(path, kSpace);
    EXPECT_TRUE(written) << written.error().message;
    return run(written->trials, written->events);
  }

  base::ScratchFolder scratch;
  base::PosixDisk disk;
  base::SystemClock clock;
  base::Path path = scratch.path() / "trials.jsonl";
  std::atomic<bool> interrupted{false};
  Parabola runner;
  Watcher watcher;
  SearchOptions options{.search = {.space = kSpace,
                                   .strategy = tune::Strategy::kRandom,
                                   .trials_max = 9,
                                   .epochs = 4},
                        .objective = {"loss", false},
                        .median_rule = {}};
};

TEST_F(SearchLoopTest, RunsAllTrialsOnce) {
  for (const std::size_t parallel : {1U, 3U}) {
    options.parallel = parallel;
    runner.runs = 0;
    const auto outcome = run();
    EXPECT_EQ(outcome.trials.size(), 9U);
    EXPECT_EQ(outcome.ending, SearchEnding::kAllTrials);
    EXPECT_EQ(runner.runs, 9);
    for (const TrialRecord& trial : outcome.trials) {
      EXPECT_EQ(trial.state, TrialState::kCompleted);
      EXPECT_EQ(trial.values.size(), 4U);
    }
  }
}

TEST_F(SearchLoopTest, WhatTheJournalSaysIsWhatWas) {
  const auto outcome = run();
  const auto written = read_journal(path, kSpace);
  ASSERT_TRUE(written) << written.error().message;
  ASSERT_EQ(written->trials.size(), outcome.trials.size());
  for (std::size_t place = 0; place < outcome.trials.size(); ++place) {
    EXPECT_EQ(written->trials[place].configuration, outcome.trials[place].configuration);
    EXPECT_EQ(written->trials[place].values, outcome.trials[place].values);
    EXPECT_EQ(written->trials[place].state, outcome.trials[place].state);
  }
  EXPECT_EQ(read_search(path).value(), (nlohmann::json{{"name", "test"}}));
}

TEST_F(SearchLoopTest, GoesOnAfterAnyEvent) {
  const auto whole = run();
  const auto written = read_journal(path, kSpace).value();
  for (std::size_t kept = 0; kept <= written.events.size(); ++kept) {
    const std::vector<Event> events(written.events.begin(),
                                    written.events.begin() + static_cast<std::ptrdiff_t>(kept));
    TrialRecords before;
    for (const Event& event : events) ASSERT_TRUE(apply_event(event, before));
    const auto ended = static_cast<int>(std::ranges::count_if(
        before, [](const TrialRecord& one) { return one.state != TrialState::kRunning; }));
    runner.runs = 0;
    const auto outcome = run(before, events);
    EXPECT_EQ(runner.runs, 9 - ended) << "none runs twice, after event " << kept;
    ASSERT_EQ(outcome.trials.size(), 9U) << kept;
    for (std::size_t place = 0; place < 9; ++place) {
      EXPECT_EQ(outcome.trials[place].configuration, whole.trials[place].configuration) << kept;
      EXPECT_EQ(outcome.trials[place].values, whole.trials[place].values) << kept;
    }
  }
}

TEST_F(SearchLoopTest, ALineThatWasCutOffIsLeftOut) {
  (void)run();
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size - 5);
  const auto written = read_journal(path, kSpace);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->trials.back().state, TrialState::kRunning);
  EXPECT_EQ(go_on().trials.back().state, TrialState::kCompleted);
}

TEST_F(SearchLoopTest, AJournalThatIsNoneIsRefused) {
  EXPECT_EQ(read_journal(path, kSpace).error().kind, base::ErrorKind::kNotFound);
  std::ofstream(path) << "not a journal\n";
  EXPECT_EQ(read_journal(path, kSpace).error().kind, base::ErrorKind::kCorrupt);
  std::ofstream(path) << R"({"search":{}})" << "\n" << R"({"end":4,"state":"completed"})" << "\n";
  EXPECT_THAT(read_journal(path, kSpace).error().message, HasSubstr("line 2 does not follow"));
}

TEST_F(SearchLoopTest, ATrialThatFailsIsRecordedAndTheSearchGoesOn) {
  runner.before_epoch = [](const TrialTask& task, int epoch) {
    if (task.number == 2 && epoch == 3) throw std::runtime_error("out of memory");
  };
  const auto outcome = run();
  EXPECT_EQ(outcome.trials.size(), 9U);
  EXPECT_EQ(outcome.trials[1].state, TrialState::kFailed);
  EXPECT_EQ(outcome.trials[1].reason, "out of memory");
  EXPECT_EQ(outcome.trials[1].values.size(), 2U);
}

TEST_F(SearchLoopTest, AStoppedTrialSaysWhy) {
  options.median_rule = tune::MedianRule{.trials_min = 1, .epochs_min = 2};
  options.search.trials_max = 30;
  const auto outcome = run();
  int stopped = 0;
  for (const TrialRecord& trial : outcome.trials) {
    if (trial.state != TrialState::kStopped) continue;
    ++stopped;
    EXPECT_THAT(trial.reason, HasSubstr("median rule: loss "));
    EXPECT_LT(trial.values.size(), 4U);
  }
  EXPECT_GT(stopped, 0);
}

TEST_F(SearchLoopTest, HalvingGivesTheBestMoreEpochs) {
  options.search.strategy = tune::Strategy::kAsha;
  options.search.epochs = 9;
  const auto outcome = run();
  EXPECT_LT(runner.epochs, 9 * 9 / 2);
  const auto best = find_best(outcome.trials, options.objective);
  EXPECT_EQ(outcome.trials[*best].state, TrialState::kCompleted);
  for (const TrialRecord& trial : outcome.trials) {
    if (trial.state != TrialState::kPaused) continue;
    EXPECT_THAT(trial.reason, HasSubstr("of its rung"));
  }
}

TEST_F(SearchLoopTest, EndsAtItsTarget) {
  options.target = 1.0;
  options.search.trials_max = 1000;
  const auto outcome = run();
  EXPECT_EQ(outcome.ending, SearchEnding::kTarget);
  EXPECT_LE(outcome.trials[*find_best(outcome.trials, options.objective)].best(options.objective),
            1.0);
}

TEST_F(SearchLoopTest, EndsWhenItsTimeIsOver) {
  options.seconds_max = 0;
  options.search.trials_max = 1000;
  const auto outcome = run();
  EXPECT_EQ(outcome.ending, SearchEnding::kTime);
  EXPECT_LT(outcome.trials.size(), 1000U);
  for (const TrialRecord& trial : outcome.trials) EXPECT_NE(trial.state, TrialState::kRunning);
}

TEST_F(SearchLoopTest, EndsAfterTrialsWithoutABetterOne) {
  options.patience = 3;
  options.search.trials_max = 1000;
  const auto outcome = run();
  EXPECT_EQ(outcome.ending, SearchEnding::kPatience);
  const auto best = find_best(outcome.trials, options.objective);
  EXPECT_GE(outcome.trials.size(), *best + 4);
}

TEST_F(SearchLoopTest, AUserWhoGoesComesBackToTheSameTrials) {
  watcher.then = [this](const TrialRecords& trials, const Event&) {
    if (trials.size() == 4) interrupted = true;
  };
  runner.before_epoch = [](const TrialTask& task, int) {
    if (task.number < 4) return;
    while (!task.stop) std::this_thread::yield();
  };
  const auto first = run();
  EXPECT_EQ(first.ending, SearchEnding::kInterrupted);
  EXPECT_EQ(first.trials.back().state, TrialState::kRunning);
  interrupted = false;
  watcher.then = nullptr;
  runner.before_epoch = nullptr;
  const auto second = go_on();
  EXPECT_EQ(second.ending, SearchEnding::kAllTrials);
  EXPECT_EQ(second.trials.size(), 9U);
  EXPECT_EQ(second.trials[3].configuration, first.trials[3].configuration);
}

TEST_F(SearchLoopTest, ADiskThatBreaksEndsTheSearch) {
  Journal journal(disk, path, {}, kSpace, {});
  watcher.then = [](const TrialRecords& trials, const Event&) {
    if (trials.size() == 3) throw base::DiskError("write", "trials.jsonl", ENOSPC);
  };
  EXPECT_THROW((void)run_search(options, {}, {runner, journal, watcher, clock, interrupted}),
               base::DiskError);
}

}  // namespace
}  // namespace kennel::trials

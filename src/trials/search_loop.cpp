#include "trials/search_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace kennel::trials {
namespace {

using tune::TrialState;

constexpr std::chrono::milliseconds kLookEvery{50};  // at the clock and at the user

double last_moment(const TrialRecords& trials) {
  double last = 0;
  for (const TrialRecord& trial : trials) last = std::max({last, trial.began, trial.ended});
  return last;
}

class Loop {
 public:
  Loop(const SearchOptions& options, TrialRecords trials, const SearchParts& parts)
      : options_(options),
        parts_(parts),
        trials_(std::move(trials)),
        start_(parts.clock.now()),
        before_(last_moment(trials_)) {}

  SearchOutcome run() {
    {
      std::unique_lock lock(mutex_);
      guarded([this] { take_up(); });
      look_for_an_end();  // an earlier process may have come to it
      for (bool more = true; !ending_ && more; look_for_an_end()) {
        guarded([&] { more = begin_trials() || running_ > 0; });
        if (more && !broken_) changed_.wait_for(lock, kLookEvery);
      }
      stop_all();
      changed_.wait(lock, [this] { return running_ == 0; });
      pause_no_more();
    }
    for (Running& one : threads_) {
      if (one.thread.joinable()) one.thread.join();
    }
    if (broken_) std::rethrow_exception(broken_);
    return {std::move(trials_), ending_.value_or(SearchEnding::kAllTrials), seconds()};
  }

 private:
  struct Running {
    std::atomic<bool> stop{false};
    std::string reason;  // why it is told to; guarded by mutex_
    int trial = 0;
    bool over = false;  // guarded by mutex_
    std::thread thread;
  };

  [[nodiscard]] double seconds() const {
    return before_ + base::seconds_between(start_, parts_.clock.now());
  }

  // What an earlier process was at.
  void take_up() {
    for (std::size_t place = 0; place < trials_.size(); ++place) {
      if (trials_[place].state != TrialState::kRunning) continue;
      const int begun = static_cast<int>(trials_[place].values.size());
      change(Continued{static_cast<int>(place) + 1, trials_[place].epochs, seconds()});
      launch(place, begun);
    }
  }

  // False: there is nothing more to begin, for now or for good.
  bool begin_trials() {
    if (running_ >= options_.parallel) return true;
    threads_.remove_if([](Running& one) {
      if (one.over && one.thread.joinable()) one.thread.join();
      return one.over;
    });
    const auto past = to_trials(trials_, options_.objective);
    const auto proposals = tune::propose(options_.search, past, options_.parallel - running_);
    for (const tune::Proposal& one : proposals) {
      if (one.trial) {
        const int begun = static_cast<int>(trials_[*one.trial].values.size());
        change(Continued{static_cast<int>(*one.trial) + 1, one.epochs, seconds()});
        launch(*one.trial, begun);
      } else {
        const int number = static_cast<int>(trials_.size()) + 1;
        change(Begun{number, one.configuration, one.epochs, seconds()});
        launch(trials_.size() - 1, 0);
      }
    }
    return !proposals.empty();
  }

  void launch(std::size_t place, int begun) {
    Running& running = threads_.emplace_back();
    running.trial = static_cast<int>(place) + 1;
    running.thread = std::thread([this, &running, begun, epochs = trials_[place].epochs,
                                  configuration = trials_[place].configuration] {
      const TrialTask task{running.trial, options_.search.space, configuration, begun,
                           epochs,        running.stop};
      const TrialReturn back = run_one(task, running);
      const std::lock_guard lock(mutex_);
      guarded([&] { end(running, back); });
      running.over = true;
      --running_;
      changed_.notify_all();
    });
    ++running_;  // not before: a thread may fail to start, and ends under the mutex only
  }

  TrialReturn run_one(const TrialTask& task, Running& running) {
    try {
      return parts_.runner.run(task, [this, &running](int epoch, double value) {
        const std::lock_guard lock(mutex_);
        guarded([&] { take_epoch(running, epoch, value); });
      });
    } catch (const std::exception& error) {
      return {Return::kFailed, error.what()};
    }
  }

  void take_epoch(Running& running, int epoch, double value) {
    change(EpochDone{running.trial, epoch, value, seconds()});
    const auto place = static_cast<std::size_t>(running.trial) - 1;
    if (!options_.median_rule || tune::promotes(options_.search.strategy) || running.stop) return;
    const auto past = to_trials(trials_, options_.objective);
    const auto verdict = tune::should_stop(*options_.median_rule, past, place);
    if (!verdict) return;
    const auto shown = [this](double loss) { return options_.objective.loss_of(loss); };
    running.reason = fmt::format(
        "median rule: {} {:.6g} after epoch {} is worse than {:.6g}, the median of the averages of "
        "{} trials so far",
        options_.objective.metric, shown(verdict->loss), verdict->epoch, shown(verdict->median),
        verdict->trials);
    running.stop = true;
  }

  // A trial that is told to go because the search ends early has an end as well, unless the user
  // wants to go on later.
  void end(Running& running, const TrialReturn& back) {
    const TrialRecord& trial = trials_[static_cast<std::size_t>(running.trial) - 1];
    // Whoever was told to go by the same signal may come back as failed.
    if (back.how == Return::kFailed && parts_.interrupted) return;
    if (back.how == Return::kFailed) {
      change(Ended{running.trial, TrialState::kFailed, back.reason, seconds()});
    } else if (back.how == Return::kStopped || !running.reason.empty()) {
      if (running.reason.empty()) return;  // interrupted: it stays what it is, for --resume
      change(Ended{running.trial, TrialState::kStopped, running.reason, seconds()});
    } else {
      const bool whole = trial.epochs >= options_.search.epochs;
      change(Ended{running.trial, whole ? TrialState::kCompleted : TrialState::kPaused, back.reason,
                   seconds()});
    }
  }

  void look_for_an_end() {
    if (broken_ || parts_.interrupted) {
      ending_ = SearchEnding::kInterrupted;
    } else if (options_.seconds_max && seconds() >= *options_.seconds_max) {
      ending_ = SearchEnding::kTime;
    } else if (has_reached_target()) {
      ending_ = SearchEnding::kTarget;
    } else if (is_out_of_patience()) {
      ending_ = SearchEnding::kPatience;
    }
  }

  [[nodiscard]] bool has_reached_target() const {
    const auto best = find_best(trials_, options_.objective);
    return options_.target && best &&
           !options_.objective.is_better(*options_.target,
                                         *trials_[*best].best(options_.objective));
  }

  [[nodiscard]] bool is_out_of_patience() const {
    const auto best = find_best(trials_, options_.objective);
    if (options_.patience <= 0 || !best) return false;
    const auto ended_after = std::ranges::count_if(trials_, [&](const TrialRecord& one) {
      return one.number > trials_[*best].number && one.state != TrialState::kRunning;
    });
    return ended_after >= options_.patience;
  }

  void stop_all() {
    if (!ending_) return;
    for (Running& one : threads_) {
      if (one.over || one.stop) continue;
      if (*ending_ != SearchEnding::kInterrupted) {
        one.reason = fmt::format("the search ended: {}", to_name(*ending_));
      }
      one.stop = true;
    }
  }

  // Nobody takes them on any more.
  void pause_no_more() {
    if (ending_ == SearchEnding::kInterrupted) return;
    for (std::size_t place = 0; place < trials_.size(); ++place) {
      if (trials_[place].state != TrialState::kPaused || !trials_[place].reason.empty()) continue;
      trials_[place].reason = fmt::format("not among the best of its rung after {} epochs",
                                          trials_[place].values.size());
    }
  }

  void change(const Event& event) {
    parts_.journal.add(event);
    base::check(apply_event(event, trials_), "an event follows from those before it");
    const int trial = std::visit([](const auto& one) { return one.trial; }, event);
    parts_.observer.on_change(trials_, static_cast<std::size_t>(trial) - 1, event);
  }

  // A disk that breaks ends the search, from whatever thread it was seen.
  template <class Work>
  void guarded(const Work& work) {
    if (broken_) return;
    try {
      work();
    } catch (...) {
      broken_ = std::current_exception();
    }
  }

  const SearchOptions& options_;
  const SearchParts& parts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  TrialRecords trials_;
  std::list<Running> threads_;
  std::size_t running_ = 0;
  std::optional<SearchEnding> ending_;
  std::exception_ptr broken_;
  std::chrono::steady_clock::time_point start_;
  double before_;
};

}  // namespace

std::string_view to_name(SearchEnding ending) {
  constexpr std::array<std::string_view, 5> kNames{"all trials", "time", "target", "patience",
                                                   "interrupted"};
  return kNames.at(static_cast<std::size_t>(ending));
}

SearchOutcome run_search(const SearchOptions& options, TrialRecords trials,
                         const SearchParts& parts) {
  return Loop(options, std::move(trials), parts).run();
}

}  // namespace kennel::trials

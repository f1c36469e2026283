#include "jobs/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "jobs/job_run.h"

namespace kennel::jobs {
namespace {

constexpr double kWhole = 1.0 + 1e-9;
constexpr std::chrono::seconds kRetryAfter{1};
constexpr const char* kEndedWithUs =
    "InternalServerError: We encountered an internal error. Please try again. (The server ended "
    "while the job ran. Nothing runs twice, so it was not begun again.)";

}  // namespace

class Runner::Scheduler {
 public:
  Scheduler(RunnerParts parts, RunnerOptions options)
      : parts_(std::move(parts)), options_(std::move(options)) {}
  ~Scheduler() { stop(); }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start(std::string endpoint) {
    endpoint_ = std::move(endpoint);
    thread_ = std::thread([this] { loop(); });
  }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      halted_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Running {
    std::unique_ptr<JobRun> run;
    double share = 0;
    std::thread thread = {};
  };

  void loop() {
    // Before that nothing begins: what an earlier process trained would run twice.
    while (!guarded([this] { recover(); })) {
      if (!retry_soon()) return;
    }
    while (wait()) {
      reap();
      if (!guarded([this] { schedule(); })) (void)retry_soon();
    }
    for (auto& [name, running] : running_) running.run->halt();
    for (auto& [name, running] : running_) running.thread.join();
    running_.clear();
  }

  // False once the server ends.
  bool wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return woken_ || halted_; });
    woken_ = false;
    return !halted_;
  }

  // False once the server ends.
  bool retry_soon() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kRetryAfter, [this] { return halted_; });
    woken_ = true;
    return !halted_;
  }

  // Where the disk breaks the next time may be better, and the server goes on meanwhile.
  template <class Work>
  bool guarded(const Work& work) {
    try {
      work();
      return true;
    } catch (const std::exception& error) {
      parts_.report_failure(fmt::format("training jobs: {}", error.what()));
      return false;
    }
  }

  void recover() {
    parts_.launcher.clean_up();
    const std::vector<std::string> active = parts_.jobs.active();
    for (const std::string& name : active) recover(name);
    for (const std::string& folder : parts_.disk.list(options_.folder)) {
      const auto job = parts_.jobs.find(folder);
      if (!job || job->stage != Stage::kUploading) parts_.disk.remove(options_.folder / folder);
    }
  }

  void recover(const std::string& name) {
    change(name, [this](TrainingJob& job) {
      if (job.stage == Stage::kTraining) {
        job.failure_reason = kEndedWithUs;
        advance(job, Stage::kFailed, "Training job failed", parts_.clock.calendar_now());
        return true;
      }
      return stop_now(job);
    });
  }

  // Of a job that does not run: there is nothing to wait for.
  bool stop_now(TrainingJob& job) {
    if (job.stage != Stage::kStopping) return false;
    advance(job, job.end_when_stopped, "Training job stopped", parts_.clock.calendar_now());
    return true;
  }

  void reap() {
    std::vector<std::string> ended;
    {
      const std::lock_guard lock(mutex_);
      ended.swap(ended_);
    }
    for (const std::string& name : ended) {
      running_.at(name).thread.join();
      used_ -= running_.at(name).share;
      running_.erase(name);
    }
  }

  // However many wait, it looks at those only that stop, run or come next.
  void schedule() {
    for (const std::string& name : parts_.jobs.stopping()) stop_job(name);
    while (const auto next = first_waiting()) {
      auto job = parts_.jobs.find(*next);
      if (!job || !job->is_active()) {
        throw std::runtime_error(fmt::format("{} is in the queue and is no active job", *next));
      }
      if (job->stage == Stage::kStopping) {
        stop_job(*next);
      } else if (!begin_job(*std::move(job))) {
        return;
      }
    }
  }

  // Throws where it cannot be told now: the scheduler tries again.
  void change(const std::string& name, const TrainingJobs::Change& how) {
    const auto changed = parts_.jobs.update(name, how);
    if (!changed && changed.error().kind != base::ErrorKind::kNotFound) {
      throw std::runtime_error(changed.error().message);
    }
  }

  void stop_job(const std::string& name) {
    if (const auto running = running_.find(name); running != running_.end()) {
      running->second.run->stop();
    } else {
      change(name, [this](TrainingJob& job) { return stop_now(job); });
    }
  }

  std::optional<std::string> first_waiting() const {
    for (std::string& name : parts_.jobs.active(running_.size() + 1)) {
      if (!running_.contains(name)) return std::move(name);
    }
    return std::nullopt;
  }

  // False: there is no room for it, and so for none behind it.
  bool begin_job(TrainingJob job) {
    const Share share = share_of(options_.machine, job.instance_type, job.instance_count);
    const bool has_room = used_ + share.machine <= kWhole;
    const bool refused =
        options_.strict_capacity &&
        (!has_room || !has_all_of(options_.machine, job.instance_type, job.instance_count));
    if (refused) {
      refuse_capacity(job.name);
      return true;
    }
    if (!has_room) {
      say_waiting(job);
      return false;
    }
    const std::string name = job.name;
    auto job_run =
        std::make_unique<JobRun>(parts_, options_, Place{endpoint_, next_slot_++}, std::move(job));
    std::thread thread([this, name, run = job_run.get()] {
      run->run();
      {
        const std::lock_guard lock(mutex_);
        ended_.push_back(name);
        woken_ = true;
      }
      changed_.notify_one();
    });
    used_ += share.machine;
    running_.emplace(name, Running{std::move(job_run), share.machine, std::move(thread)});
    return true;
  }

  void refuse_capacity(const std::string& name) {
    change(name, [this](TrainingJob& job) {
      if (job.status() != JobStatus::kInProgress) return false;
      job.failure_reason =
          "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
          "different ML instance type.";
      advance(job, Stage::kFailed, "Training job failed", parts_.clock.calendar_now());
      return true;
    });
  }

  void say_waiting(const TrainingJob& job) {
    constexpr const char* kWaiting = "Waiting for capacity: other jobs have the machine";
    if (job.transitions.back().message == kWaiting) return;
    change(job.name, [this](TrainingJob& waiting) {
      if (waiting.stage != Stage::kStarting) return false;
      advance(waiting, Stage::kStarting, kWaiting, parts_.clock.calendar_now());
      return true;
    });
  }

  const RunnerParts parts_;
  const RunnerOptions options_;
  std::string endpoint_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;               // guarded by mutex_
  bool halted_ = false;             // guarded by mutex_
  std::vector<std::string> ended_;  // guarded by mutex_
  std::map<std::string, Running> running_;
  double used_ = 0;
  int next_slot_ = 0;
  std::thread thread_;
};

Runner::Runner(RunnerParts parts, RunnerOptions options)
    : scheduler_(std::make_unique<Scheduler>(std::move(parts), std::move(options))) {}
Runner::~Runner() = default;

void Runner::start(std::string endpoint) { scheduler_->start(std::move(endpoint)); }
void Runner::wake() { scheduler_->wake(); }
void Runner::stop() { scheduler_->stop(); }

}  // namespace kennel::jobs

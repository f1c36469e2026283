// The account's training jobs.
//
// Collections: "training-jobs" name in small letters -> TrainingJob; "training-job-summaries" <time
// made><name> -> JobSummary, so that ten thousand can be listed without reading them;
// "training-jobs-active" <time made><name> -> nothing, those that the runner owes an end;
// "training-jobs-stopping" the same of those of them that are being stopped; "training-metrics"
// job, metric and number -> one value. All of a job's change in one commit.
//
// The summaries are kept in memory too from the first listing on: a record is a page of the disk's,
// ten thousand of them more than a listing may take. All changes of jobs must come through one
// TrainingJobs, therefore.
//
// Every call is safe from several threads, and changes block until they are durable. Throws
// store::StoreError.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "jobs/training_job.h"
#include "store/records.h"

namespace kennel::jobs {

struct JobSummary {
  std::string name;
  std::string arn;
  TimePoint created;
  TimePoint modified;
  std::optional<TimePoint> ended;
  Stage stage = Stage::kStarting;
};

enum class JobOrder { kName, kCreated, kStatus };

struct JobQuery {
  JobOrder order = JobOrder::kCreated;
  bool descending = true;
  std::string name_contains = {};
  std::optional<JobStatus> status = {};
  std::optional<TimePoint> created_after = {};
  std::optional<TimePoint> created_before = {};
  std::optional<TimePoint> modified_after = {};
  std::optional<TimePoint> modified_before = {};
  std::string after = {};  // JobPage::next of the page before
  std::size_t limit = 10;
};

struct JobPage {
  std::vector<JobSummary> jobs;
  std::string next;  // empty: this was the last
};

// One value of a metric, as the log told it.
struct MetricValue {
  std::string metric;
  double value = 0;
  TimePoint time;
};

class TrainingJobs {
 public:
  explicit TrainingJobs(store::Records& records) : records_(records) {}

  // kConflict: there is a job of that name, or of one that differs in case only: their ARNs would
  // be the same.
  [[nodiscard]] base::Result<void> create(TrainingJob job);
  [[nodiscard]] std::optional<TrainingJob> find(std::string_view name) const;
  [[nodiscard]] std::optional<TrainingJob> find_by_arn(std::string_view arn) const;
  [[nodiscard]] base::Result<JobPage> list(const JobQuery& asked) const;
  // The names of the active ones, the oldest first; no more than `limit`.
  [[nodiscard]] std::vector<std::string> active(std::size_t limit = SIZE_MAX) const;
  // Of those the ones that are being stopped.
  [[nodiscard]] std::vector<std::string> stopping() const;

  // Changes a job by `change`, which is called again on a newer state where others came first, and
  // gives false where the job is to stay as it is. The job as it is then; kNotFound.
  using Change = std::function<bool(TrainingJob& job)>;
  [[nodiscard]] base::Result<TrainingJob> update(std::string_view name, const Change& change);
  // kNotFound; kConflict: it is active.
  [[nodiscard]] base::Result<void> remove(std::string_view name);

  void add_metrics(std::string_view job, std::uint64_t first_number,
                   std::span<const MetricValue> values);
  // In the order in which the log told them, of all metrics.
  [[nodiscard]] std::vector<MetricValue> metrics(std::string_view job, std::size_t limit) const;

 private:
  using Summaries = std::map<std::string, JobSummary>;

  // After each commit: the summary in memory is not that of the records any more.
  void forget(std::string time_key);
  // Reads whatever is not in memory as it is in the records. Under mutex_.
  const Summaries& newest_summaries() const;

  store::Records& records_;
  std::atomic<std::uint32_t> next_number_{0};
  mutable std::mutex mutex_;
  mutable bool loaded_ = false;              // guarded by mutex_
  mutable Summaries summaries_;              // guarded by mutex_; by time made and name
  mutable std::set<std::string> forgotten_;  // guarded by mutex_; keys of summaries_
};

}  // namespace kennel::jobs

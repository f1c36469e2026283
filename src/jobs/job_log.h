// The log of a job's instances: lines into their streams, and metrics out of them. Lines are kept
// together for a moment, so that a chatty job costs a commit now and then. One thread.
#pragma once

#include <string>
#include <vector>

#include "jobs/metric_scraper.h"
#include "jobs/training_job.h"
#include "observe/logs.h"

namespace kennel::jobs {

class JobLog {
 public:
  JobLog(observe::Logs& logs, TrainingJobs& jobs, const TrainingJob& job, TimePoint now);

  // Makes every instance's stream, before there is a line.
  void open();
  void add(int instance, std::string line, TimePoint now);
  // In the first instance's log, as kennel's own words.
  void note(const std::string& text, TimePoint now);
  void flush();
  [[nodiscard]] bool is_large() const { return waiting_ > kTogether; }
  [[nodiscard]] const MetricScraper& metrics() const { return scraper_; }
  // What an instance said last that was not blank.
  [[nodiscard]] const std::string& last_line(int instance) const {
    return streams_[static_cast<std::size_t>(instance)].last;
  }

 private:
  static constexpr std::size_t kTogether = 1000;
  struct Stream {
    std::string name;
    std::vector<observe::LogLine> lines;
    std::string last;
  };

  observe::Logs& logs_;
  TrainingJobs& jobs_;
  std::string job_;
  std::vector<Stream> streams_;
  std::size_t waiting_ = 0;
  MetricScraper scraper_;
  std::vector<MetricValue> values_;
  std::uint64_t values_written_ = 0;
};

}  // namespace kennel::jobs

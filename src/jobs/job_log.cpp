#include "jobs/job_log.h"

#include <fmt/format.h>

#include "jobs/contract.h"
#include "jobs/runner_parts.h"

namespace kennel::jobs {
namespace {

std::string stream_name(const std::string& job, int instance, std::int64_t seconds) {
  return fmt::format("{}/{}-{}", job, host_name(instance), seconds);
}

}  // namespace

JobLog::JobLog(observe::Logs& logs, TrainingJobs& jobs, const TrainingJob& job, TimePoint now)
    : logs_(logs), jobs_(jobs), job_(job.name), scraper_(job.metric_definitions) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  // An earlier job of that name may have begun in this very second.
  while (logs.get_stream(kLogGroup, stream_name(job.name, 0, seconds))) ++seconds;
  for (int instance = 0; instance < job.instance_count; ++instance) {
    streams_.push_back({stream_name(job.name, instance, seconds), {}, {}});
  }
}

void JobLog::open() {
  for (const Stream& stream : streams_) (void)logs_.append(kLogGroup, stream.name, {});
}

void JobLog::add(int instance, std::string line, TimePoint now) {
  Stream& stream = streams_[static_cast<std::size_t>(instance)];
  for (MetricValue& value : scraper_.scan(line, now)) values_.push_back(std::move(value));
  if (line.find_first_not_of(" \t") != std::string::npos) stream.last = line;
  stream.lines.push_back({now, std::move(line)});
  ++waiting_;
}

void JobLog::note(const std::string& text, TimePoint now) { add(0, "kennel: " + text, now); }

void JobLog::flush() {
  for (Stream& stream : streams_) {
    if (stream.lines.empty()) continue;
    (void)logs_.append(kLogGroup, stream.name, stream.lines);
    stream.lines.clear();
  }
  waiting_ = 0;
  jobs_.add_metrics(job_, values_written_, values_);
  values_written_ += values_.size();
  values_.clear();
}

}  // namespace kennel::jobs

#include "jobs/training_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/field.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr const char* kJobs = "training-jobs";
constexpr const char* kSummaries = "training-job-summaries";
constexpr const char* kActive = "training-jobs-active";
constexpr const char* kMetrics = "training-metrics";
constexpr std::size_t kTogether = 1000;

std::int64_t to_us(TimePoint time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

TimePoint from_us(std::int64_t us) { return TimePoint(std::chrono::microseconds(us)); }

// The time made is a job's for good, in milliseconds, as in its record.
std::string time_key(const TrainingJob& job) {
  const auto made = std::chrono::floor<std::chrono::milliseconds>(job.created.time_since_epoch());
  return fmt::format("{:013x}/{}", made.count(), job.name);
}

std::string summary_record(const TrainingJob& job) {
  return json{{"name", job.name},
              {"arn", job.arn},
              {"created", to_us(job.created)},
              {"modified", to_us(job.modified)},
              {"ended", job.ended ? json(to_us(*job.ended)) : json()},
              {"stage", static_cast<int>(job.stage)}}
      .dump();
}

JobSummary summary_from(std::string_view record) {
  const json value = json::parse(record);
  JobSummary summary{.name = value.at("name"),
                     .arn = value.at("arn"),
                     .created = from_us(value.at("created")),
                     .modified = from_us(value.at("modified")),
                     .stage = static_cast<Stage>(value.at("stage").get<int>())};
  if (!value.at("ended").is_null()) summary.ended = from_us(value.at("ended"));
  return summary;
}

JobSummary to_summary(const TrainingJob& job) {
  return {job.name, job.arn, job.created, job.modified, job.ended, job.stage};
}

bool wants(const JobQuery& query, const JobSummary& job) {
  return (!query.status || status_of(job.stage) == *query.status) &&
         (!query.created_after || job.created > *query.created_after) &&
         (!query.created_before || job.created < *query.created_before) &&
         (!query.modified_after || job.modified > *query.modified_after) &&
         (!query.modified_before || job.modified < *query.modified_before) &&
         base::to_lower(job.name).find(base::to_lower(query.name_contains)) != std::string::npos;
}

// Walks a collection in the order of its keys until a page is full.
template <class ToSummary>
JobPage walk(const store::Records& records, const char* collection, const JobQuery& query,
             const ToSummary& to_summary) {
  JobPage page;
  std::string after = query.after;
  for (;;) {
    const auto found = records.scan(
        collection, {.after = after, .limit = kTogether, .descending = query.descending});
    for (const store::Record& record : found) {
      JobSummary job = to_summary(record.value);
      if (!wants(query, job)) {
        after = record.key;
        continue;
      }
      if (page.jobs.size() == query.limit) {
        page.next = after;
        return page;
      }
      page.jobs.push_back(std::move(job));
      after = record.key;
    }
    if (found.size() < kTogether) return page;
  }
}

// Where a job stands in the order of statuses: their names, then the time made.
std::string status_key(const JobSummary& job) {
  return fmt::format("{}/{:013x}/{}", to_name(status_of(job.stage)), to_us(job.created) / 1000,
                     job.name);
}

JobPage by_status(const store::Records& records, const JobQuery& query) {
  std::vector<std::pair<std::string, JobSummary>> all;
  std::string after;
  for (bool more = true; more;) {
    const auto found = records.scan(kSummaries, {.after = after, .limit = kTogether});
    more = found.size() == kTogether;
    for (const store::Record& record : found) {
      JobSummary job = summary_from(record.value);
      after = record.key;
      if (wants(query, job)) all.emplace_back(status_key(job), std::move(job));
    }
  }
  std::ranges::sort(all, {}, &std::pair<std::string, JobSummary>::first);
  if (query.descending) std::ranges::reverse(all);
  JobPage page;
  std::string last;
  for (auto& [key, job] : all) {
    const bool seen =
        !query.after.empty() && (query.descending ? key >= query.after : key <= query.after);
    if (seen) continue;
    if (page.jobs.size() == query.limit) {
      page.next = last;
      break;
    }
    page.jobs.push_back(std::move(job));
    last = key;
  }
  return page;
}

struct StoredJob {
  TrainingJob job;
  std::uint64_t version = 0;
};

// Of any spelling that differs in case only.
std::optional<StoredJob> find_any_case(const store::Records& records, std::string_view name) {
  const auto record = records.find(kJobs, base::to_lower(name));
  if (!record) return std::nullopt;
  return StoredJob{job_from_record(record->value), record->version};
}

std::optional<StoredJob> find_stored(const store::Records& records, std::string_view name) {
  auto stored = find_any_case(records, name);
  if (!stored || stored->job.name != name) return std::nullopt;
  return stored;
}

tl::unexpected<base::Error> no_such_job(std::string_view name) {
  return base::fail(ErrorKind::kNotFound, fmt::format("there is no training job {}", name));
}

std::string metric_prefix(std::string_view job) { return std::string(job) + '/'; }

}  // namespace

base::Result<void> TrainingJobs::create(const TrainingJob& job) {
  auto committed = records_.commit({{kJobs, base::to_lower(job.name), to_record(job), 0},
                                    {kSummaries, time_key(job), summary_record(job)},
                                    {kActive, time_key(job), ""}});
  if (committed || committed.error().kind != ErrorKind::kConflict) return committed;
  return base::fail(ErrorKind::kConflict,
                    fmt::format("there is a training job named {} already", job.name));
}

std::optional<TrainingJob> TrainingJobs::find(std::string_view name) const {
  auto stored = find_stored(records_, name);
  if (!stored) return std::nullopt;
  return std::move(stored->job);
}

std::optional<TrainingJob> TrainingJobs::find_by_arn(std::string_view arn) const {
  auto stored = find_any_case(records_, arn.substr(arn.rfind('/') + 1));
  if (!stored || stored->job.arn != arn) return std::nullopt;
  return std::move(stored->job);
}

base::Result<JobPage> TrainingJobs::list(const JobQuery& query) const {
  switch (query.order) {
    case JobOrder::kName:
      return walk(records_, kJobs, query,
                  [](std::string_view record) { return to_summary(job_from_record(record)); });
    case JobOrder::kCreated:
      return walk(records_, kSummaries, query, &summary_from);
    default:
      return by_status(records_, query);
  }
}

std::vector<std::string> TrainingJobs::active() const {
  std::vector<std::string> names;
  std::string after;
  for (;;) {
    const auto found = records_.scan(kActive, {.after = after, .limit = kTogether});
    for (const store::Record& record : found) {
      names.push_back(record.key.substr(record.key.find('/') + 1));
    }
    if (found.size() < kTogether) return names;
    after = found.back().key;
  }
}

base::Result<TrainingJob> TrainingJobs::update(std::string_view name, const Change& change) {
  for (;;) {
    auto stored = find_stored(records_, name);
    if (!stored) return no_such_job(name);
    TrainingJob& job = stored->job;
    if (!change(job)) return std::move(job);
    store::Changes changes{{kJobs, base::to_lower(job.name), to_record(job), stored->version},
                           {kSummaries, time_key(job), summary_record(job)}};
    if (!job.is_active()) changes.push_back({kActive, time_key(job)});
    const auto committed = records_.commit(std::move(changes));
    if (committed) return std::move(job);
    if (committed.error().kind != ErrorKind::kConflict) return tl::unexpected(committed.error());
  }
}

base::Result<void> TrainingJobs::remove(std::string_view name) {
  const auto stored = find_stored(records_, name);
  if (!stored) return no_such_job(name);
  const TrainingJob& job = stored->job;
  if (job.is_active()) {
    return base::fail(ErrorKind::kConflict,
                      fmt::format("the training job {} is {}", name, to_name(job.status())));
  }
  for (;;) {
    const auto values =
        records_.scan(kMetrics, {.prefix = metric_prefix(name), .limit = kTogether});
    if (values.empty()) break;
    store::Changes changes;
    for (const store::Record& value : values) changes.push_back({kMetrics, value.key});
    KENNEL_TRY_VOID(records_.commit(std::move(changes)));
  }
  return records_.commit({{kJobs, base::to_lower(job.name), std::nullopt, stored->version},
                          {kSummaries, time_key(job)}});
}

void TrainingJobs::add_metrics(std::string_view job, std::uint64_t first_number,
                               std::span<const MetricValue> values) {
  store::Changes changes;
  for (const MetricValue& value : values) {
    changes.push_back({kMetrics, fmt::format("{}{:012x}", metric_prefix(job), first_number++),
                       json{value.metric, value.value, to_us(value.time)}.dump()});
  }
  if (!changes.empty()) (void)records_.commit(std::move(changes));
}

std::vector<MetricValue> TrainingJobs::metrics(std::string_view job, std::size_t limit) const {
  std::vector<MetricValue> values;
  for (const auto& record :
       records_.scan(kMetrics, {.prefix = metric_prefix(job), .limit = limit})) {
    const json value = json::parse(record.value);
    values.push_back({value.at(0), value.at(1), from_us(value.at(2))});
  }
  return values;
}

}  // namespace kennel::jobs

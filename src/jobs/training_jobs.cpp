#include "jobs/training_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/field.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr const char* kJobs = "training-jobs";
constexpr const char* kSummaries = "training-job-summaries";
constexpr const char* kActive = "training-jobs-active";
constexpr const char* kStopping = "training-jobs-stopping";
constexpr const char* kMetrics = "training-metrics";
constexpr std::size_t kTogether = 1000;
constexpr std::int64_t kNotEnded = -1;

std::int64_t to_us(TimePoint time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

TimePoint from_us(std::int64_t us) { return TimePoint(std::chrono::microseconds(us)); }

// The time made is a job's for good, in milliseconds, as in its record; of those of the same one
// the number tells which came first.
std::string time_key(const TrainingJob& job) {
  const auto made = std::chrono::floor<std::chrono::milliseconds>(job.created.time_since_epoch());
  return fmt::format("{:013x}.{:08x}/{}", made.count(), job.number, job.name);
}

// Short, and quickly read: whoever lists jobs reads many of them. The name and the ARN have no
// tabs.
std::string summary_record(const TrainingJob& job) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}", to_us(job.created), to_us(job.modified),
                     job.ended ? to_us(*job.ended) : kNotEnded, static_cast<int>(job.stage),
                     job.name, job.arn);
}

std::string_view take_field(std::string_view& record) {
  const std::size_t end = std::min(record.find('\t'), record.size());
  const std::string_view field = record.substr(0, end);
  record.remove_prefix(std::min(end + 1, record.size()));
  return field;
}

std::int64_t take_number(std::string_view& record) {
  const std::string_view field = take_field(record);
  std::int64_t number = 0;
  const auto read = std::from_chars(field.data(), field.data() + field.size(), number);
  base::check(read.ec == std::errc() && read.ptr == field.data() + field.size(),
              "a summary has whole numbers");
  return number;
}

JobSummary summary_from(std::string_view record) {
  JobSummary summary{.created = from_us(take_number(record)),
                     .modified = from_us(take_number(record))};
  if (const std::int64_t ended = take_number(record); ended != kNotEnded) {
    summary.ended = from_us(ended);
  }
  summary.stage = static_cast<Stage>(take_number(record));
  summary.name = take_field(record);
  summary.arn = record;
  return summary;
}

// The query's name is in small letters already.
bool wants(const JobQuery& query, const JobSummary& job) {
  return (!query.status || status_of(job.stage) == *query.status) &&
         (!query.created_after || job.created > *query.created_after) &&
         (!query.created_before || job.created < *query.created_before) &&
         (!query.modified_after || job.modified > *query.modified_after) &&
         (!query.modified_before || job.modified < *query.modified_before) &&
         (query.name_contains.empty() ||
          base::to_lower(job.name).find(query.name_contains) != std::string::npos);
}

using Summaries = std::map<std::string, JobSummary>;

Summaries all_summaries(const store::Records& records) {
  Summaries all;
  std::string after;
  for (;;) {
    const auto found = records.scan(kSummaries, {.after = after, .limit = kTogether});
    for (const store::Record& one : found) all.emplace(one.key, summary_from(one.value));
    if (found.size() < kTogether) return all;
    after = found.back().key;
  }
}

// Takes jobs in order, until the page is full.
template <class Iterator>
JobPage fill(Iterator at, Iterator end, const JobQuery& query) {
  JobPage page;
  std::string_view last;
  for (; at != end; ++at) {
    const auto& [key, job] = *at;
    if (!wants(query, job)) continue;
    if (page.jobs.size() == query.limit) {
      page.next = last;
      return page;
    }
    page.jobs.push_back(job);
    last = key;
  }
  return page;
}

JobPage by_creation(const Summaries& summaries, const JobQuery& query) {
  if (!query.descending) {
    return fill(summaries.upper_bound(query.after), summaries.end(), query);
  }
  const auto end = query.after.empty() ? summaries.end() : summaries.lower_bound(query.after);
  return fill(std::make_reverse_iterator(end), summaries.rend(), query);
}

std::string name_key(const JobSummary& job) { return job.name; }

// Where a job stands in the order of statuses: their names, then the time made.
std::string status_key(const JobSummary& job) {
  return fmt::format("{}/{:013x}/{}", to_name(status_of(job.stage)), to_us(job.created) / 1000,
                     job.name);
}

// In the order of what `key_of` makes of them.
JobPage by_key(const Summaries& summaries, const JobQuery& query,
               std::string (*key_of)(const JobSummary&)) {
  std::vector<std::pair<std::string, const JobSummary*>> all;
  for (const auto& [time_key, job] : summaries) {
    if (!wants(query, job)) continue;
    std::string key = key_of(job);
    const bool seen =
        !query.after.empty() && (query.descending ? key >= query.after : key <= query.after);
    if (!seen) all.emplace_back(std::move(key), &job);
  }
  const std::size_t count = std::min(query.limit, all.size());
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(all, middle, [&](const auto& left, const auto& right) {
    return query.descending ? right.first < left.first : left.first < right.first;
  });
  JobPage page;
  if (count < all.size()) page.next = all[count - 1].first;
  for (std::size_t i = 0; i < count; ++i) page.jobs.push_back(*all[i].second);
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

// The first ones of a collection whose keys are <time made><name>.
std::vector<std::string> names_of(const store::Records& records, const char* collection,
                                  std::size_t limit) {
  std::vector<std::string> names;
  std::string after;
  while (names.size() < limit) {
    const std::size_t together = std::min(limit - names.size(), kTogether);
    const auto found = records.scan(collection, {.after = after, .limit = together});
    for (const store::Record& record : found) {
      names.push_back(record.key.substr(record.key.find('/') + 1));
    }
    if (found.size() < together) break;
    after = found.back().key;
  }
  return names;
}

std::string metric_prefix(std::string_view job) { return std::string(job) + '/'; }

}  // namespace

base::Result<void> TrainingJobs::create(TrainingJob job) {
  job.number = next_number_++;
  auto committed = records_.commit({{kJobs, base::to_lower(job.name), to_record(job), 0},
                                    {kSummaries, time_key(job), summary_record(job)},
                                    {kActive, time_key(job), ""}});
  forget(time_key(job));
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

base::Result<JobPage> TrainingJobs::list(const JobQuery& asked) const {
  JobQuery query = asked;
  query.name_contains = base::to_lower(query.name_contains);
  const std::lock_guard lock(mutex_);
  const Summaries& summaries = newest_summaries();
  switch (query.order) {
    case JobOrder::kName:
      return by_key(summaries, query, &name_key);
    case JobOrder::kStatus:
      return by_key(summaries, query, &status_key);
    default:
      return by_creation(summaries, query);
  }
}

void TrainingJobs::forget(std::string time_key) {
  const std::lock_guard lock(mutex_);
  if (!loaded_) return;
  forgotten_.insert(std::move(time_key));
  if (forgotten_.size() <= kTogether) return;
  // Reading all of them anew is quicker than so many one by one.
  loaded_ = false;
  summaries_.clear();
  forgotten_.clear();
}

// What is committed while this reads is forgotten, and so read again, once the lock is free.
const TrainingJobs::Summaries& TrainingJobs::newest_summaries() const {
  if (!loaded_) {
    summaries_ = all_summaries(records_);
    loaded_ = true;
  }
  while (!forgotten_.empty()) {
    const std::string& key = *forgotten_.begin();
    if (const auto record = records_.find(kSummaries, key)) {
      summaries_[key] = summary_from(record->value);
    } else {
      summaries_.erase(key);
    }
    forgotten_.erase(forgotten_.begin());
  }
  return summaries_;
}

std::vector<std::string> TrainingJobs::active(std::size_t limit) const {
  return names_of(records_, kActive, limit);
}

std::vector<std::string> TrainingJobs::stopping() const {
  return names_of(records_, kStopping, SIZE_MAX);
}

base::Result<TrainingJob> TrainingJobs::update(std::string_view name, const Change& change) {
  for (;;) {
    auto stored = find_stored(records_, name);
    if (!stored) return no_such_job(name);
    TrainingJob& job = stored->job;
    if (!change(job)) return std::move(job);
    store::Changes changes{{kJobs, base::to_lower(job.name), to_record(job), stored->version},
                           {kSummaries, time_key(job), summary_record(job)}};
    if (job.stage == Stage::kStopping) changes.push_back({kStopping, time_key(job), ""});
    if (!job.is_active()) {
      changes.push_back({kActive, time_key(job)});
      changes.push_back({kStopping, time_key(job)});
    }
    const auto committed = records_.commit(std::move(changes));
    if (committed) {
      forget(time_key(job));
      return std::move(job);
    }
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
  auto committed =
      records_.commit({{kJobs, base::to_lower(job.name), std::nullopt, stored->version},
                       {kSummaries, time_key(job)}});
  forget(time_key(job));
  return committed;
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

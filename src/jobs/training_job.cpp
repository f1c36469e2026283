#include "jobs/training_job.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace kennel::jobs {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<JobStatus, std::string_view>, 5> kStatuses{{
    {JobStatus::kInProgress, "InProgress"},
    {JobStatus::kStopping, "Stopping"},
    {JobStatus::kCompleted, "Completed"},
    {JobStatus::kFailed, "Failed"},
    {JobStatus::kStopped, "Stopped"},
}};

constexpr std::array<std::pair<Stage, std::string_view>, 9> kStages{{
    {Stage::kStarting, "Starting"},
    {Stage::kDownloading, "Downloading"},
    {Stage::kTraining, "Training"},
    {Stage::kUploading, "Uploading"},
    {Stage::kStopping, "Stopping"},
    {Stage::kCompleted, "Completed"},
    {Stage::kFailed, "Failed"},
    {Stage::kStopped, "Stopped"},
    {Stage::kMaxRuntimeExceeded, "MaxRuntimeExceeded"},
}};

Stage stage_named(std::string_view name) {
  const auto* found = std::ranges::find(kStages, name, &std::pair<Stage, std::string_view>::second);
  base::check(found != kStages.end(), "a record names a stage");
  return found->first;
}

bool is_end(Stage stage) {
  const JobStatus status = status_of(stage);
  return status != JobStatus::kInProgress && status != JobStatus::kStopping;
}

std::int64_t to_ms(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

TimePoint from_ms(const json& value) {
  return TimePoint(std::chrono::milliseconds(value.get<std::int64_t>()));
}

json to_json(const std::optional<TimePoint>& time) { return time ? json(to_ms(*time)) : json(); }

std::optional<TimePoint> time_from(const json& value) {
  if (value.is_null()) return std::nullopt;
  return from_ms(value);
}

json to_json(const S3Uri& uri) { return json::array({uri.bucket, uri.key}); }

S3Uri uri_from(const json& value) { return {value.at(0), value.at(1)}; }

json to_json(const Channel& channel) {
  return {{"name", channel.name},
          {"data", to_json(channel.data)},
          {"manifest", channel.kind == DataKind::kManifest},
          {"sharded", channel.distribution == Distribution::kShardedByKey},
          {"content_type", channel.content_type},
          {"wrapper", channel.record_wrapper}};
}

Channel channel_from(const json& value) {
  return {.name = value.at("name"),
          .data = uri_from(value.at("data")),
          .kind = value.at("manifest").get<bool>() ? DataKind::kManifest : DataKind::kPrefix,
          .distribution = value.at("sharded").get<bool>() ? Distribution::kShardedByKey
                                                          : Distribution::kFullyReplicated,
          .content_type = value.at("content_type"),
          .record_wrapper = value.at("wrapper")};
}

json to_json(const Transition& transition) {
  return json::array({to_name(transition.stage), to_ms(transition.start), to_json(transition.end),
                      transition.message});
}

Transition transition_from(const json& value) {
  return {stage_named(value.at(0).get_ref<const std::string&>()), from_ms(value.at(1)),
          time_from(value.at(2)), value.at(3)};
}

template <class T>
json list_of(const std::vector<T>& items) {
  json list = json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

json asked(const TrainingJob& job) {
  json definitions = json::array();
  for (const MetricDefinition& definition : job.metric_definitions) {
    definitions.push_back({definition.name, definition.regex});
  }
  json checkpoints;
  if (job.checkpoints) {
    checkpoints = {to_json(job.checkpoints->remote), job.checkpoints->local_path};
  }
  return {{"arn", job.arn},
          {"role", job.role_arn},
          {"image", job.image},
          {"entrypoint", job.entrypoint},
          {"arguments", job.arguments},
          {"hyperparameters", job.hyperparameters},
          {"environment", job.environment},
          {"channels", list_of(job.channels)},
          {"metrics", definitions},
          {"output", to_json(job.output)},
          {"packed", job.output_packed},
          {"checkpoints", checkpoints},
          {"type", job.instance_type},
          {"count", job.instance_count},
          {"volume", job.volume_gib},
          {"runtime_max", job.runtime_max.count()},
          {"isolated", job.isolated},
          {"request", job.request}};
}

json reached(const TrainingJob& job) {
  json metrics = json::array();
  for (const FinalMetric& metric : job.metrics) {
    metrics.push_back({metric.name, metric.value, to_ms(metric.time)});
  }
  return {{"created", to_ms(job.created)},
          {"modified", to_ms(job.modified)},
          {"started", to_json(job.started)},
          {"ended", to_json(job.ended)},
          {"stage", to_name(job.stage)},
          {"end", to_name(job.end_when_stopped)},
          {"failure", job.failure_reason},
          {"transitions", list_of(job.transitions)},
          {"model", job.model_uri},
          {"final", metrics},
          {"number", job.number}};
}

void read_asked(const json& value, TrainingJob& job) {
  job.arn = value.at("arn");
  job.role_arn = value.at("role");
  job.image = value.at("image");
  value.at("entrypoint").get_to(job.entrypoint);
  value.at("arguments").get_to(job.arguments);
  value.at("hyperparameters").get_to(job.hyperparameters);
  value.at("environment").get_to(job.environment);
  for (const json& channel : value.at("channels")) job.channels.push_back(channel_from(channel));
  for (const json& definition : value.at("metrics")) {
    job.metric_definitions.push_back({definition.at(0), definition.at(1)});
  }
  job.output = uri_from(value.at("output"));
  job.output_packed = value.at("packed");
  if (const json& checkpoints = value.at("checkpoints"); !checkpoints.is_null()) {
    job.checkpoints = Checkpoints{uri_from(checkpoints.at(0)), checkpoints.at(1)};
  }
  job.instance_type = value.at("type");
  job.instance_count = value.at("count");
  job.volume_gib = value.at("volume");
  job.runtime_max = std::chrono::seconds(value.at("runtime_max").get<std::int64_t>());
  job.isolated = value.at("isolated");
  job.request = value.at("request");
}

void read_reached(const json& value, TrainingJob& job) {
  job.created = from_ms(value.at("created"));
  job.number = value.at("number");
  job.modified = from_ms(value.at("modified"));
  job.started = time_from(value.at("started"));
  job.ended = time_from(value.at("ended"));
  job.stage = stage_named(value.at("stage").get_ref<const std::string&>());
  job.end_when_stopped = stage_named(value.at("end").get_ref<const std::string&>());
  job.failure_reason = value.at("failure");
  for (const json& one : value.at("transitions")) job.transitions.push_back(transition_from(one));
  job.model_uri = value.at("model");
  for (const json& one : value.at("final")) {
    job.metrics.push_back({one.at(0), one.at(1), from_ms(one.at(2))});
  }
}

}  // namespace

std::string_view to_name(JobStatus status) {
  return std::ranges::find(kStatuses, status, &std::pair<JobStatus, std::string_view>::first)
      ->second;
}

std::string_view to_name(Stage stage) {
  return std::ranges::find(kStages, stage, &std::pair<Stage, std::string_view>::first)->second;
}

std::optional<JobStatus> find_job_status(std::string_view name) {
  const auto* found =
      std::ranges::find(kStatuses, name, &std::pair<JobStatus, std::string_view>::second);
  if (found == kStatuses.end()) return std::nullopt;
  return found->first;
}

JobStatus status_of(Stage stage) {
  switch (stage) {
    case Stage::kStopping:
      return JobStatus::kStopping;
    case Stage::kCompleted:
      return JobStatus::kCompleted;
    case Stage::kFailed:
      return JobStatus::kFailed;
    case Stage::kStopped:
    case Stage::kMaxRuntimeExceeded:
      return JobStatus::kStopped;
    default:
      return JobStatus::kInProgress;
  }
}

std::optional<S3Uri> parse_s3_uri(std::string_view text) {
  for (const std::string_view scheme : {"s3://", "https://s3://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (slash == 0) return std::nullopt;
    const std::string_view key = text.substr(std::min(slash + 1, text.size()));
    return S3Uri{std::string(text.substr(0, slash)), std::string(key)};
  }
  return std::nullopt;
}

bool TrainingJob::is_active() const { return !is_end(stage); }

std::chrono::seconds TrainingJob::billed(TimePoint now) const {
  if (!started) return std::chrono::seconds(0);
  const auto length = std::max(ended.value_or(now) - *started, TimePoint::duration(0));
  return std::chrono::ceil<std::chrono::seconds>(length);
}

S3Uri output_folder(const TrainingJob& job) {
  std::string_view key = job.output.key;
  while (key.ends_with('/')) key.remove_suffix(1);
  std::string folder(key);
  if (!folder.empty()) folder += '/';
  folder.append(job.name).append("/output");
  return {job.output.bucket, std::move(folder)};
}

void begin(TrainingJob& job, TimePoint now) {
  job.created = now;
  job.modified = now;
  job.stage = Stage::kStarting;
  job.transitions = {{Stage::kStarting, now, std::nullopt, "Starting the training job"}};
}

void advance(TrainingJob& job, Stage stage, std::string message, TimePoint now) {
  base::check(job.is_active(), "an end is never left");
  Transition& last = job.transitions.back();
  // Clocks go back now and then; a story does not.
  now = std::max(now, last.start);
  job.modified = now;
  if (stage == job.stage) {
    last.message = std::move(message);
    return;
  }
  last.end = now;
  job.stage = stage;
  const bool ends = is_end(stage);
  job.transitions.push_back(
      {stage, now, ends ? std::optional(now) : std::nullopt, std::move(message)});
  if (stage == Stage::kDownloading) job.started = now;
  if (ends) job.ended = now;
}

std::string to_record(const TrainingJob& job) {
  json tags = json::array();
  for (const access::Tag& tag : job.tags) tags.push_back({tag.key, tag.value});
  return json{{"name", job.name}, {"asked", asked(job)}, {"reached", reached(job)}, {"tags", tags}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

TrainingJob job_from_record(std::string_view record) {
  const json value = json::parse(record);
  TrainingJob job;
  job.name = value.at("name");
  read_asked(value.at("asked"), job);
  read_reached(value.at("reached"), job);
  for (const json& tag : value.at("tags")) job.tags.push_back({tag.at(0), tag.at(1)});
  return job;
}

}  // namespace kennel::jobs

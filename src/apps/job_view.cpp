#include "apps/job_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/terminal.h"
#include "catalogue/instance_types.h"
#include "observe/calendar.h"

namespace kennel::apps {
namespace {

using nlohmann::json;
using std::chrono::seconds;

std::string text_at(const json& object, const char* name) { return object.value(name, ""); }

std::optional<TimePoint> time_at(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const std::chrono::duration<double> since(found->get<double>());
  return TimePoint(std::chrono::round<std::chrono::milliseconds>(since));
}

std::vector<JobStage> stages_of(const json& described) {
  std::vector<JobStage> stages;
  for (const json& one : described.value("SecondaryStatusTransitions", json::array())) {
    stages.push_back({text_at(one, "Status"), text_at(one, "StatusMessage"),
                      time_at(one, "StartTime").value_or(TimePoint()), time_at(one, "EndTime")});
  }
  return stages;
}

// JSON has no such numbers: AWS writes "NaN", "Infinity" and "-Infinity".
double number_from(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "Infinity") return INFINITY;
  return value == "-Infinity" ? -INFINITY : NAN;
}

std::vector<JobMetric> metrics_of(const json& described) {
  std::vector<JobMetric> metrics;
  for (const json& one : described.value("FinalMetricDataList", json::array())) {
    metrics.push_back({text_at(one, "MetricName"), number_from(one.value("Value", json()))});
  }
  return metrics;
}

std::string to_duration(seconds time) {
  const auto count = time.count();
  if (count < 60) return fmt::format("{} s", count);
  if (count < 3600) return fmt::format("{} min {:02} s", count / 60, count % 60);
  return fmt::format("{} h {:02} min", count / 3600, count / 60 % 60);
}

std::string to_cost(const std::optional<double>& usd) {
  if (!usd) return "-";
  return *usd < 1 ? fmt::format("${:.4f}", *usd) : fmt::format("${:.2f}", *usd);
}

std::string status_text(const std::string& status, bool colours) {
  if (!colours) return status;
  if (status == "Completed") return coloured(status, Colour::kGreen);
  if (status == "Failed") return coloured(status, Colour::kRed);
  return coloured(status, status == "InProgress" ? Colour::kCyan : Colour::kYellow);
}

json iso_or_null(const std::optional<TimePoint>& time) {
  return time ? json(observe::to_iso_milliseconds(*time)) : json();
}

nlohmann::ordered_json stages_json(const JobView& job) {
  auto stages = nlohmann::ordered_json::array();
  for (const JobStage& stage : job.stages) {
    stages.push_back({{"stage", stage.name},
                      {"start", iso_or_null(stage.start)},
                      {"end", iso_or_null(stage.end)},
                      {"message", stage.message}});
  }
  return stages;
}

nlohmann::ordered_json metrics_json(const JobView& job) {
  auto metrics = nlohmann::ordered_json::object();
  for (const JobMetric& metric : job.metrics) metrics[metric.name] = metric.value;
  return metrics;
}

std::string stage_line(const JobStage& stage, TimePoint now) {
  const auto taken = std::chrono::floor<seconds>(stage.end.value_or(now) - stage.start);
  return fmt::format("  {}  {:<12} {:>13}  {}\n", observe::to_iso_seconds(stage.start), stage.name,
                     to_duration(std::max(taken, seconds(0))), one_line(stage.message));
}

using Row = std::array<std::string, 7>;

Row row_of(const JobView& job) {
  return {job.name,
          job.status,
          job.stage,
          observe::to_iso_seconds(job.created),
          to_duration(job.billed),
          to_cost(job.cost_usd),
          fmt::format("{} x {}", job.instance_count, job.instance_type)};
}

}  // namespace

JobView to_view(const json& described, TimePoint now) {
  const json resources = described.value("ResourceConfig", json::object());
  const json algorithm = described.value("AlgorithmSpecification", json::object());
  JobView job{.name = text_at(described, "TrainingJobName"),
              .status = text_at(described, "TrainingJobStatus"),
              .stage = text_at(described, "SecondaryStatus"),
              .image = text_at(algorithm, "TrainingImage"),
              .instance_type = text_at(resources, "InstanceType"),
              .instance_count = resources.value("InstanceCount", 1),
              .created = time_at(described, "CreationTime").value_or(TimePoint()),
              .started = time_at(described, "TrainingStartTime"),
              .ended = time_at(described, "TrainingEndTime"),
              .stages = stages_of(described),
              .metrics = metrics_of(described),
              .failure_reason = text_at(described, "FailureReason")};
  job.model_uri = text_at(described.value("ModelArtifacts", json::object()), "S3ModelArtifacts");
  if (described.contains("BillableTimeInSeconds")) {
    job.billed = seconds(described["BillableTimeInSeconds"].get<std::int64_t>());
  } else if (job.started) {
    const auto until = job.ended.value_or(now);
    job.billed = std::max(std::chrono::floor<seconds>(until - *job.started), seconds(0));
  }
  job.cost_usd = catalogue::cost_usd(job.instance_type, job.instance_count, job.billed);
  return job;
}

nlohmann::ordered_json to_json(const JobView& job) {
  return {{"name", job.name},
          {"status", job.status},
          {"stage", job.stage},
          {"created", iso_or_null(job.created)},
          {"started", iso_or_null(job.started)},
          {"ended", iso_or_null(job.ended)},
          {"billed_s", job.billed.count()},
          {"cost_usd", job.cost_usd ? json(*job.cost_usd) : json()},
          {"instance_type", job.instance_type},
          {"instance_count", job.instance_count},
          {"image", job.image},
          {"model", job.model_uri},
          {"failure_reason", job.failure_reason},
          {"metrics", metrics_json(job)},
          {"stages", stages_json(job)}};
}

std::string to_table(const std::vector<JobView>& jobs, bool colours) {
  std::vector<Row> rows{{"NAME", "STATUS", "STAGE", "CREATED", "TIME", "COST", "INSTANCES"}};
  std::ranges::transform(jobs, std::back_inserter(rows), row_of);
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t column = 0; column + 1 < row.size(); ++column) {
      const bool is_status = column == 1 && &row != &rows.front();
      text += is_status ? status_text(row[column], colours) : row[column];
      text.append(widths[column] - row[column].size() + 2, ' ');
    }
    text += row.back() + "\n";
  }
  return text;
}

std::string to_story(const JobView& job, TimePoint now, bool colours) {
  std::string text = fmt::format("{}  {}\n", job.name, status_text(job.status, colours));
  for (const JobStage& stage : job.stages) text += stage_line(stage, now);
  if (!job.failure_reason.empty()) {
    text += fmt::format("failure    {}\n", one_line(job.failure_reason));
  }
  for (const JobMetric& metric : job.metrics) {
    text += fmt::format("metric     {} = {:.6g}\n", one_line(metric.name), metric.value);
  }
  text += fmt::format("image      {}\n", one_line(job.image));
  text += fmt::format("instances  {} x {}\n", job.instance_count, job.instance_type);
  text += fmt::format("billed     {}, cost {}\n", to_duration(job.billed), to_cost(job.cost_usd));
  const bool has_model = job.status != "Failed";
  text += fmt::format("model      {}\n", has_model ? job.model_uri : "-");
  return text;
}

}  // namespace kennel::apps

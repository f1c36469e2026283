// A training job as DescribeTrainingJob tells it, for people and for programs. Pure: `now` is for
// jobs that go on.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kennel::apps {

using TimePoint = std::chrono::system_clock::time_point;

struct JobStage {
  std::string name;
  std::string message;
  TimePoint start;
  std::optional<TimePoint> end;
};

struct JobMetric {
  std::string name;
  double value = 0;
};

struct JobView {
  std::string name;
  std::string status;
  std::string stage;
  std::string image;
  std::string instance_type;
  int instance_count = 1;
  TimePoint created;
  std::optional<TimePoint> started;
  std::optional<TimePoint> ended;
  std::chrono::seconds billed{0};
  std::optional<double> cost_usd;  // nullopt: nobody told us the type's price
  std::vector<JobStage> stages;
  std::vector<JobMetric> metrics;
  std::string model_uri;
  std::string failure_reason;

  [[nodiscard]] bool has_ended() const { return status != "InProgress" && status != "Stopping"; }
};

[[nodiscard]] JobView to_view(const nlohmann::json& described, TimePoint now);

[[nodiscard]] nlohmann::ordered_json to_json(const JobView& job);
// A line a job under a line of headings.
[[nodiscard]] std::string to_table(const std::vector<JobView>& jobs, bool colours);
// All of one job.
[[nodiscard]] std::string to_story(const JobView& job, TimePoint now, bool colours);

}  // namespace kennel::apps

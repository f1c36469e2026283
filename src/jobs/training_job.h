// A training job, as the records have it: what was asked for, and where it stands.
//
//                 +-> kFailed <------------------------------+
//                 |      ^               ^           ^       |
//   kStarting -> kDownloading -> kTraining -> kUploading -> kCompleted
//       |           |               |           |
//       +-----------+-- kStopping <-+-----------+-> kStopped, kMaxRuntimeExceeded
//
// A job whose status is kInProgress or kStopping is active: the runner owes it an end. An end is
// reached once and never left. Names of stages are SageMaker's secondary statuses.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy.h"

namespace kennel::jobs {

using TimePoint = std::chrono::system_clock::time_point;

enum class JobStatus { kInProgress, kStopping, kCompleted, kFailed, kStopped };
enum class Stage {
  kStarting,
  kDownloading,
  kTraining,
  kUploading,
  kStopping,
  kCompleted,
  kFailed,
  kStopped,
  kMaxRuntimeExceeded,
};

// "InProgress", "MaxRuntimeExceeded": SageMaker's words.
[[nodiscard]] std::string_view to_name(JobStatus status);
[[nodiscard]] std::string_view to_name(Stage stage);
[[nodiscard]] std::optional<JobStatus> find_job_status(std::string_view name);
// What a job in that stage is to whoever asks for its status.
[[nodiscard]] JobStatus status_of(Stage stage);

struct Transition {
  Stage stage = Stage::kStarting;
  TimePoint start;
  std::optional<TimePoint> end;
  std::string message;
};

// s3://BUCKET/KEY, where the key may be empty or a prefix.
struct S3Uri {
  std::string bucket;
  std::string key;

  [[nodiscard]] std::string to_string() const { return "s3://" + bucket + "/" + key; }
};
[[nodiscard]] std::optional<S3Uri> parse_s3_uri(std::string_view text);

enum class DataKind { kPrefix, kManifest };
enum class Distribution { kFullyReplicated, kShardedByKey };

struct Channel {
  std::string name;
  S3Uri data;
  DataKind kind = DataKind::kPrefix;
  Distribution distribution = Distribution::kFullyReplicated;
  std::string content_type = {};
  std::string record_wrapper = "None";
};

struct MetricDefinition {
  std::string name;
  std::string regex;  // its first group is the value
};

struct FinalMetric {
  std::string name;
  double value = 0;
  TimePoint time;
};

struct Checkpoints {
  S3Uri remote;
  std::string local_path = "/opt/ml/checkpoints";
};

// As much as SageMaker tells.
inline constexpr std::size_t kFailureBytesMax = 1024;

struct TrainingJob {
  std::string name;
  std::string arn;
  std::string role_arn;
  std::string image;  // as it was given
  std::vector<std::string> entrypoint;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> hyperparameters;
  std::map<std::string, std::string> environment;
  std::vector<Channel> channels;
  std::vector<MetricDefinition> metric_definitions;
  S3Uri output;
  bool output_packed = true;  // false: the files one by one, not as an archive
  std::optional<Checkpoints> checkpoints;
  std::string instance_type;
  int instance_count = 1;
  int volume_gib = 0;  // of each instance
  std::chrono::seconds runtime_max{86400};
  bool isolated = false;  // no network but its own
  nlohmann::json request =
      nlohmann::json::object();  // the rest of what was asked, to be told again
  std::vector<access::Tag> tags;

  TimePoint created;
  std::uint32_t number = 0;  // among those made in the same millisecond; the records give it
  TimePoint modified;
  std::optional<TimePoint> started;  // the instances are there: what is paid for begins
  std::optional<TimePoint> ended;    // ... and ends
  Stage stage = Stage::kStarting;
  Stage end_when_stopped = Stage::kStopped;  // of a job that is being stopped
  std::vector<Transition> transitions;
  std::string failure_reason;  // kFailed: SageMaker's words, up to kFailureBytesMax
  std::string model_uri;       // where the model lies, or will lie
  std::vector<FinalMetric> metrics;

  [[nodiscard]] JobStatus status() const { return status_of(stage); }
  [[nodiscard]] bool is_active() const;
  // Whole seconds from `started` to `ended`, none before it started; `now` where it goes on.
  [[nodiscard]] std::chrono::seconds billed(TimePoint now) const;
};

// Where the model will lie: <output>/<job>/output/model.tar.gz, without "//".
[[nodiscard]] S3Uri output_folder(const TrainingJob& job);

// A new job's first transition.
void begin(TrainingJob& job, TimePoint now);
// Ends the transition that goes on and begins the next. In the same stage only the message changes.
// An end sets `ended`, kDownloading `started`.
void advance(TrainingJob& job, Stage stage, std::string message, TimePoint now);

[[nodiscard]] std::string to_record(const TrainingJob& job);
[[nodiscard]] TrainingJob job_from_record(std::string_view record);

}  // namespace kennel::jobs

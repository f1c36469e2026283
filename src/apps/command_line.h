// What people type, parsed once for all programs: `kennel` parses it to answer --help and mistakes
// at once, and the program that it hands over to parses the same words again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/disk.h"
#include "dataset/sample_photos.h"

namespace kennel::apps {

// How a command talks: for people, or one JSON value a line.
struct OutputOptions {
  bool json = false;
  bool quiet = false;
};

struct SampleCommand {
  base::Path folder;
  dataset::SampleOptions options;
  OutputOptions output;
};

struct TrainCommand {
  base::Path data;
  std::optional<base::Path> output_folder;
  std::string backbone = "efficientnet-lite0";
  std::optional<base::Path> weights;
  std::string precision = "auto";
  int hidden = 256;
  int epochs = 15;
  int batch_size = 32;
  double learning_rate = 2e-3;
  std::string optimizer = "adamw";
  double weight_decay = 0.01;
  std::string schedule = "cosine";
  double label_smoothing = 0;
  double dropout = 0;
  int patience = 0;
  double fraction = 1;
  std::uint64_t seed = 1;
  int threads = 0;  // 0: as many as there are processors
  bool strict = false;
  bool resume = false;
  OutputOptions output;
};

struct TuneCommand {
  TrainCommand train;  // what every trial has, and where it is written
  std::string strategy = "bayesian";
  int trials = 20;
  int parallel = 0;                   // 0: as many as there are processors, but one of a command
  std::optional<double> time_budget;  // seconds
  std::string objective = "valid loss";
  bool minimize = false;
  bool maximize = false;  // neither: as the objective's name says
  std::string early_stopping = "median";
  std::vector<base::Path> warm_start;
  std::vector<std::string> ranges;
  std::optional<base::Path> space;
  std::optional<double> target;
  int trials_patience = 0;
  std::optional<std::string> command;
  std::string metric;
};

// For the server: one SageMaker training job, told what to do by files and the environment.
struct JobCommand {};

struct EvaluateCommand {
  base::Path package;
  base::Path data;
  std::string split = "auto";
  std::string precision = "auto";
  std::optional<base::Path> report;
  int threads = 0;
  bool strict = false;
  OutputOptions output;
};

struct PredictCommand {
  base::Path package;
  std::vector<base::Path> photos;
  int top = 5;
  std::string precision = "auto";
  int threads = 0;
  OutputOptions output;
};

struct QuantizeCommand {
  base::Path package;
  base::Path data;
  std::optional<base::Path> output_file;
  int photos = 300;
  bool force = false;
  int threads = 0;
  OutputOptions output;
};

struct CompareCommand {
  std::vector<base::Path> runs;
  OutputOptions output;
};

struct WeightsCommand {
  OutputOptions output;
};

struct CacheListCommand {
  OutputOptions output;
};

struct CacheTrimCommand {
  std::uint64_t bytes_max = 0;
  OutputOptions output;
};

struct UpCommand {
  std::optional<base::Path> data;
  std::string listen = "127.0.0.1:4566";
  std::string region = "us-east-1";
  std::optional<std::string> account;
  std::vector<std::string> domains;
  bool data_events = false;
  bool no_sandbox = false;
  bool strict_capacity = false;
  std::vector<base::Path> job_paths;
  bool tls = false;
  bool allow_plaintext = false;
  bool json_logs = false;
  bool quiet = false;
};

struct EnvCommand {
  std::optional<base::Path> data;
  std::optional<std::string> profile;
  OutputOptions output;
};

struct StatusCommand {
  std::optional<base::Path> data;
  OutputOptions output;
};

struct JobsCommand {
  std::optional<base::Path> data;
  std::optional<std::string> job;  // nullopt: all of them
  int limit = 20;
  std::string status;  // empty: any
  OutputOptions output;
};

struct LogsCommand {
  std::optional<base::Path> data;
  std::string job;
  bool follow = false;
  OutputOptions output;
};

struct StopCommand {
  std::optional<base::Path> data;
  std::string job;
};

struct DoctorCommand {
  std::optional<base::Path> data;
  std::string listen = "127.0.0.1:4566";
  OutputOptions output;
};

struct UsageCommand {
  std::optional<base::Path> data;
  OutputOptions output;
};

struct FsckCommand {
  std::optional<base::Path> data;
  OutputOptions output;
};

using Command =
    std::variant<SampleCommand, TrainCommand, TuneCommand, JobCommand, EvaluateCommand,
                 PredictCommand, QuantizeCommand, CompareCommand, WeightsCommand, CacheListCommand,
                 CacheTrimCommand, UpCommand, EnvCommand, StatusCommand, JobsCommand, LogsCommand,
                 StopCommand, DoctorCommand, UsageCommand, FsckCommand>;

// The command, or the exit code after --help, --version or a mistake, which have been answered on
// stdout or stderr.
[[nodiscard]] std::variant<Command, int> parse_command_line(int argc, const char* const* argv);

}  // namespace kennel::apps

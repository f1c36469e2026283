#include "apps/logs.h"

#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "apps/environment.h"
#include "apps/job_client.h"
#include "apps/job_streams.h"
#include "apps/terminal.h"
#include "observe/calendar.h"

namespace kennel::apps {
namespace {

using base::Result;

constexpr std::chrono::milliseconds kBetweenLooks{500};

void print_json(const JobLine& line) {
  const TimePoint time{std::chrono::milliseconds(line.time_ms)};
  const nlohmann::ordered_json object{
      {"time", observe::to_iso_milliseconds(time)}, {"host", line.host}, {"message", line.message}};
  fmt::print("{}\n", object.dump());
}

class Printer {
 public:
  Printer(bool json, bool with_hosts) : json_(json), with_hosts_(with_hosts) {}

  void operator()(const JobLine& line) const {
    if (json_) return print_json(line);
    const std::string message = without_escapes(line.message, colours_);
    if (with_hosts_) {
      fmt::print("{} | {}\n", line.host, message);
    } else {
      fmt::print("{}\n", message);
    }
  }

 private:
  bool json_;
  bool with_hosts_;
  bool colours_ = output_has_colours();
};

Result<int> exit_code_of(const JobView& job) {
  if (job.status != "Failed") return 0;
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("{} failed: {}", job.name, one_line(job.failure_reason)));
}

Result<int> follow(const AwsClient& client, JobView job, JobStreams& streams,
                   const Printer& print) {
  while (true) {
    // The log of a job that has ended is complete: so whether it has is asked before the reading.
    KENNEL_TRY_VOID(streams.read(print));
    if (std::fflush(stdout) != 0) return 1;  // run_program says why
    if (job.has_ended()) return exit_code_of(job);
    std::this_thread::sleep_for(kBetweenLooks);
    KENNEL_TRY(job, describe_job(client, job.name));
  }
}

}  // namespace

Result<int> run_logs(const LogsCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const AwsClient client, AwsClient::open(folder));
  KENNEL_TRY(const JobView job, describe_job(client, command.job));
  JobStreams streams(client, job);
  const Printer print(command.output.json, job.instance_count > 1);
  if (command.follow) return follow(client, job, streams, print);
  KENNEL_TRY_VOID(streams.read(print));
  return 0;
}

}  // namespace kennel::apps

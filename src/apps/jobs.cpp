#include "apps/jobs.h"

#include <fmt/format.h>

#include "apps/environment.h"
#include "apps/job_client.h"
#include "apps/terminal.h"
#include "base/clock.h"

namespace kennel::apps {
namespace {

using base::Result;

void print_json(const JobView& job) { fmt::print("{}\n", to_json(job).dump()); }

Result<int> tell_one(const AwsClient& client, const JobsCommand& command) {
  KENNEL_TRY(const JobView job, describe_job(client, *command.job));
  if (command.output.json) {
    print_json(job);
  } else {
    fmt::print("{}", to_story(job, base::SystemClock().calendar_now(), output_has_colours()));
  }
  return 0;
}

Result<int> tell_all(const AwsClient& client, const JobsCommand& command) {
  KENNEL_TRY(const auto names, list_job_names(client, {command.limit, command.status}));
  std::vector<JobView> jobs;
  for (const std::string& name : names) {
    auto job = describe_job(client, name);
    // Deleted since it was listed.
    if (!job && job.error().kind == base::ErrorKind::kNotFound) continue;
    if (!job) return tl::unexpected(job.error());
    jobs.push_back(*std::move(job));
  }
  if (command.output.json) {
    for (const JobView& job : jobs) print_json(job);
  } else if (jobs.empty()) {
    fmt::print("no training jobs{}\n", command.status.empty() ? "" : " with that status");
  } else {
    fmt::print("{}", to_table(jobs, output_has_colours()));
  }
  return 0;
}

}  // namespace

Result<int> run_jobs(const JobsCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const AwsClient client, AwsClient::open(folder));
  return command.job ? tell_one(client, command) : tell_all(client, command);
}

}  // namespace kennel::apps

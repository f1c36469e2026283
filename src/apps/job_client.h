// What the commands about training jobs ask the server.
#pragma once

#include <string>
#include <vector>

#include "apps/aws_client.h"
#include "apps/job_view.h"

namespace kennel::apps {

// kNotFound: there is no such job; the message names those with a name like it.
[[nodiscard]] base::Result<JobView> describe_job(const AwsClient& client, const std::string& name);

struct JobFilter {
  int limit = 20;
  std::string status = {};  // empty: any
};
// Newest first.
[[nodiscard]] base::Result<std::vector<std::string>> list_job_names(const AwsClient& client,
                                                                    const JobFilter& filter);

// The error of a command about the job `name`: of a missing one, with names like it.
[[nodiscard]] base::Error explain(const AwsClient& client, const std::string& name,
                                  base::Error error);

// Those of `names` that somebody may have meant by `name`, the likeliest first, three at most.
[[nodiscard]] std::vector<std::string> nearest_names(const std::string& name,
                                                     const std::vector<std::string>& names);

}  // namespace kennel::apps

#include "apps/stop.h"

#include <fmt/format.h>

#include "apps/environment.h"
#include "apps/job_client.h"

namespace kennel::apps {

base::Result<int> run_stop(const StopCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const AwsClient client, AwsClient::open(folder));
  const auto stopped =
      client.call(kSageMaker, "StopTrainingJob", {{"TrainingJobName", command.job}});
  if (!stopped) return tl::unexpected(explain(client, command.job, stopped.error()));
  fmt::print("stopping {}\n", command.job);
  return 0;
}

}  // namespace kennel::apps

// What runs training jobs, as this machine has it: the built-in classifier, the sandbox, the share
// that jobs get.
#pragma once

#include <memory>
#include <string>

#include "apps/platform.h"
#include "compute/launcher.h"
#include "jobs/runner_parts.h"

namespace kennel::apps {

[[nodiscard]] std::unique_ptr<compute::Launcher> open_launcher(const PlatformOptions& options);
[[nodiscard]] jobs::RunnerOptions runner_options(const PlatformOptions& options);
// Where jobs, which run on this machine, find a server that listens there.
[[nodiscard]] std::string job_endpoint(const ListenAddress& bound, bool plain);

}  // namespace kennel::apps

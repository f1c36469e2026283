#include "apps/job_runner.h"

#include "apps/environment.h"
#include "base/digest.h"

namespace kennel::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShownCache = "/opt/kennel/cache";
constexpr const char* kShownWeights = "/opt/kennel/weights";
constexpr const char* kShownAuthority = "/opt/kennel/ca.pem";
constexpr std::size_t kNameLetters = 12;

// The programs with the libraries that they bring along, and pretrained weights.
jobs::Classifier classifier(bool shielded) {
  const base::Path programs = programs_folder();
  jobs::Classifier one;
  one.command = {(programs / "kennel-train").string(), "job"};
  one.feature_cache = feature_cache_folder();
  one.shown_cache = base::Path(kShownCache) / "features";
  if (!shielded) {
    one.environment["KENNEL_CACHE"] = cache_folder();
    if (const auto home = environment_variable("HOME")) one.environment["HOME"] = *home;
    return one;
  }
  one.environment["KENNEL_CACHE"] = kShownCache;
  one.mounts = {{programs, programs}, {KENNEL_VENV, KENNEL_VENV}};
  const base::Path weights =
      environment_variable("KENNEL_WEIGHTS").value_or((cache_folder() / "weights").string());
  if (fs::is_directory(weights)) {
    one.mounts.push_back({fs::absolute(weights), kShownWeights});
    one.environment["KENNEL_WEIGHTS"] = kShownWeights;
  }
  return one;
}

}  // namespace

std::unique_ptr<compute::Launcher> open_launcher(const PlatformOptions& options) {
  const std::string folder = options.folder.root.string();
  compute::LauncherOptions launcher{
      .program = programs_folder() / "kennel-sandbox",
      .server_name = base::sha256(base::as_bytes(folder)).hex().substr(0, kNameLetters),
      .hidden = options.folder.root};
  return options.sandbox ? compute::open_sandbox(std::move(launcher))
                         : compute::open_plain(std::move(launcher));
}

jobs::RunnerOptions runner_options(const PlatformOptions& options) {
  jobs::RunnerOptions runner{.folder = options.folder.jobs(),
                             .region = options.region,
                             .machine = jobs::this_machine(),
                             .strict_capacity = options.strict_capacity,
                             .classifier = classifier(options.sandbox)};
  for (const base::Path& path : options.job_paths) {
    const base::Path absolute = fs::absolute(path);
    runner.mounts.push_back({absolute, absolute});
  }
  if (options.tls_only) {
    const base::Path authority = options.folder.certificate_authority();
    runner.mounts.push_back({authority, kShownAuthority});
    runner.environment["AWS_CA_BUNDLE"] = options.sandbox ? kShownAuthority : authority.string();
  }
  return runner;
}

std::string job_endpoint(const ListenAddress& bound, bool plain) {
  const bool anywhere = bound.address == "0.0.0.0" || bound.address == "::";
  const ListenAddress near{anywhere ? "127.0.0.1" : bound.address, bound.port};
  return (plain ? "http://" : "https://") + client_authority(near);
}

}  // namespace kennel::apps

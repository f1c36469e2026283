// What the instances of a job are launched as.
#include <fmt/format.h>

#include "jobs/contract.h"
#include "jobs/image.h"
#include "jobs/job_run.h"

namespace kennel::jobs {
namespace {

using base::ErrorKind;

std::string address_of(int slot, int instance) {
  // 127.1.1.1 to 127.250.250.250; addresses of jobs that run at once differ.
  return fmt::format("127.{}.{}.{}", 1 + slot / 250 % 250, 1 + slot % 250, 1 + instance);
}

std::vector<compute::HostAddress> hosts_of(const TrainingJob& job, int slot) {
  std::vector<compute::HostAddress> hosts;
  for (int instance = 0; instance < job.instance_count; ++instance) {
    hosts.push_back({host_name(instance), address_of(slot, instance)});
  }
  return hosts;
}

std::string listed(const std::vector<compute::HostAddress>& hosts) {
  std::string text;
  for (const compute::HostAddress& host : hosts) {
    if (!text.empty()) text += ',';
    text.append(host.name).append("=").append(host.address);
  }
  return text;
}

}  // namespace

std::map<std::string, std::string> JobRun::environment_of(const compute::InstanceSpec& spec) const {
  std::map<std::string, std::string> environment{
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", "/root"},
      {"LANG", "C.UTF-8"},
      {"PYTHONUNBUFFERED", "1"},
      {"TRAINING_JOB_NAME", job_.name},
      {"TRAINING_JOB_ARN", job_.arn},
      {"AWS_REGION", options_.region},
      {"AWS_DEFAULT_REGION", options_.region},
      {"AWS_ENDPOINT_URL", place_.endpoint},
      {"KENNEL_HOSTS", listed(spec.hosts)},
      {"KENNEL_THREADS", std::to_string(share_.threads)},
      {"OMP_NUM_THREADS", std::to_string(share_.threads)}};
  // Whoever does not know it is no instance of this job.
  environment["KENNEL_JOB_TOKEN"] = token_;
  environment.insert(credentials_.begin(), credentials_.end());
  environment.insert(options_.environment.begin(), options_.environment.end());
  for (const auto& [name, value] : job_.environment) environment[name] = value;
  return environment;
}

void JobRun::add_classifier(compute::InstanceSpec& spec) const {
  const Classifier& classifier = options_.classifier;
  spec.read_only.insert(spec.read_only.end(), classifier.mounts.begin(), classifier.mounts.end());
  for (const auto& [name, value] : classifier.environment) spec.environment[name] = value;
  if (!parts_.launcher.shields_inputs()) return;
  parts_.disk.make_folders(classifier.feature_cache);
  spec.overlays.push_back({classifier.feature_cache, classifier.shown_cache});
}

compute::InstanceSpec JobRun::spec_of(int instance) const {
  compute::InstanceSpec spec;
  spec.host = host_name(instance);
  spec.hosts = hosts_of(job_, place_.slot);
  spec.folder = instance_folder(instance);
  spec.command = command_;
  spec.environment = environment_of(spec);
  spec.read_only = options_.mounts;
  spec.limits = {.memory_bytes = share_.memory_bytes,
                 .cores = share_.cores,
                 .disk_bytes = static_cast<std::uint64_t>(job_.volume_gib) * base::kGiB};
  spec.isolated = job_.isolated;
  spec.network_name = job_.name;
  if (parts_.launcher.shields_inputs() && !job_.channels.empty()) {
    const int view = has_shared_inputs() ? 0 : instance;
    spec.overlays.push_back({folder() / "inputs" / host_name(view), "/opt/ml/input/data"});
  }
  if (recognize_image(job_.image) == Image::kClassifier) add_classifier(spec);
  return spec;
}

base::Result<void> JobRun::launch_all() {
  instances_ = std::make_unique<Instances>(parts_.clock, [this](int instance, std::string line) {
    log_->add(instance, std::move(line), now());
  });
  for (int instance = 0; instance < job_.instance_count; ++instance) {
    const auto launched = instances_->launch(parts_.launcher, spec_of(instance));
    if (launched) continue;
    return base::fail(ErrorKind::kInvalid,
                      fmt::format("InternalServerError: {} could not be "
                                  "started: {}",
                                  host_name(instance), launched.error().message));
  }
  return {};
}

}  // namespace kennel::jobs

#include "compute/job_network.h"

#include <fcntl.h>
#include <fmt/format.h>

namespace kennel::compute {
namespace {

Descriptor open_namespace(pid_t process, const char* kind) {
  return Descriptor(
      ::open(fmt::format("/proc/{}/ns/{}", process, kind).c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

std::shared_ptr<const JobNetwork> JobNetworks::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::erase_if(networks_, [](const auto& entry) { return entry.second.expired(); });
  const auto known = networks_.find(name);
  return known == networks_.end() ? nullptr : known->second.lock();
}

std::shared_ptr<const JobNetwork> JobNetworks::keep(const std::string& name, pid_t process) {
  auto kept = std::make_shared<JobNetwork>();
  kept->network = open_namespace(process, "net");
  if (::geteuid() != 0) kept->user = open_namespace(process, "user");
  if (!kept->network) return nullptr;
  const std::lock_guard lock(mutex_);
  networks_[name] = kept;
  return kept;
}

}  // namespace kennel::compute

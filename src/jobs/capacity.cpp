#include "jobs/capacity.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "catalogue/instance_types.h"

namespace kennel::jobs {
namespace {

// What the system and the server keep for themselves.
constexpr double kMemoryForJobs = 0.9;

catalogue::InstanceType type_named(std::string_view name) {
  if (const auto known = catalogue::find_instance_type(name)) return *known;
  if (const auto guessed = catalogue::guess_instance_type(name)) return *guessed;
  return {name, 2, 8};
}

}  // namespace

Machine this_machine() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const bool told = ::sched_getaffinity(0, sizeof(set), &set) == 0;
  const auto pages = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PHYS_PAGES), 1L));
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {told ? std::max(CPU_COUNT(&set), 1) : 1, pages * page_bytes};
}

Share share_of(const Machine& machine, std::string_view type, int count) {
  const catalogue::InstanceType asked = type_named(type);
  const double memory = static_cast<double>(machine.memory_bytes) * kMemoryForJobs;
  const double wanted_bytes = asked.memory_gib * static_cast<double>(base::kGiB);
  const double of_cores = static_cast<double>(count * asked.vcpus) / machine.cores;
  const double of_memory = memory > 0 ? count * wanted_bytes / memory : 0;
  Share share;
  share.machine = std::min(1.0, std::max(of_cores, of_memory));
  share.cores = std::min<double>(asked.vcpus, static_cast<double>(machine.cores) / count);
  share.threads = std::max(1, static_cast<int>(std::ceil(share.cores)));
  share.memory_bytes = static_cast<std::uint64_t>(std::min(wanted_bytes, memory / count));
  return share;
}

bool has_all_of(const Machine& machine, std::string_view type, int count) {
  const catalogue::InstanceType asked = type_named(type);
  return count * asked.vcpus <= machine.cores && asked.gpus == 0 &&
         count * asked.memory_gib * static_cast<double>(base::kGiB) <=
             static_cast<double>(machine.memory_bytes);
}

}  // namespace kennel::jobs

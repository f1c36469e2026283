#include "apps/train_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/weights_search.h"
#include "instance/job.h"

namespace kennel::apps {
namespace {

using base::ErrorKind;

constexpr const char* kFolder = "/opt/ml";

void print_line(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// $KENNEL_THREADS, or all processors.
int job_threads() {
  const std::string text = environment_variable("KENNEL_THREADS").value_or("");
  int threads = 0;
  std::from_chars(text.data(), text.data() + text.size(), threads);
  return thread_count(std::clamp(threads, 0, 1024));
}

// "algo-1=127.0.0.1,algo-2=127.0.0.2", for where the names lead nowhere.
std::map<std::string, std::string> host_addresses() {
  std::map<std::string, std::string> addresses;
  std::string_view rest;
  const std::string text = environment_variable("KENNEL_HOSTS").value_or("");
  for (rest = text; !rest.empty();) {
    const auto entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto middle = entry.find('=');
    if (middle == std::string_view::npos) continue;
    addresses.emplace(entry.substr(0, middle), entry.substr(middle + 1));
  }
  return addresses;
}

instance::Surroundings surroundings() {
  return {
      .cache = feature_cache_folder(),
      .threads = job_threads(),
      .find_weights =
          [](const network::Backbone& backbone) { return find_weights(backbone, std::nullopt); },
      .addresses = host_addresses(),
      .token = environment_variable("KENNEL_JOB_TOKEN").value_or(""),
      .stop = &interrupt_flag()};
}

// SageMaker's words. A conflict is with another instance or process: nothing the customer gave.
std::string_view whose_error(ErrorKind kind) {
  return kind == ErrorKind::kConflict ? "InternalServerError" : "CustomerError";
}

base::Result<void> run_contract(const base::Path& folder, base::Disk& disk) {
  KENNEL_TRY(const auto contract, instance::read_contract(folder));
  instance::JobLog log(print_line);
  const auto name = environment_variable("TRAINING_JOB_NAME").value_or("a training job");
  log.say(fmt::format("kennel {}: {}, {} of {}", KENNEL_VERSION, name, contract.current_host,
                      contract.hosts.size()));
  const base::SystemClock clock;
  return instance::run_job(contract, surroundings(), log, disk, clock);
}

// One line, in SageMaker's form; where it cannot be written, the log still has it.
void tell_failure(base::Disk& disk, const base::Path& folder, std::string_view whose,
                  std::string reason) {
  std::ranges::replace_if(reason, [](unsigned char letter) { return letter < 0x20; }, ' ');
  const auto line = fmt::format("{}: {}", whose, reason);
  print_line(line);
  try {
    disk.make_folders(folder / "output");
    base::write_atomically(disk, folder / "output" / "failure", line);
  } catch (const base::DiskError& error) {
    print_line(error.what());
  }
}

}  // namespace

base::Result<int> run_train_job() {
  const base::Path folder = environment_variable("SAGEMAKER_BASE_DIR").value_or(kFolder);
  base::PosixDisk disk;
  try {
    const auto ran = run_contract(folder, disk);
    if (ran) return 0;
    if (ran.error().kind == ErrorKind::kInterrupted || interrupt_flag()) {
      print_line(fmt::format("stopped, and there is no model: {}", ran.error().message));
      return 0;
    }
    tell_failure(disk, folder, whose_error(ran.error().kind), ran.error().message);
  } catch (const std::exception& error) {
    tell_failure(disk, folder, "InternalServerError", error.what());
  }
  return 1;
}

}  // namespace kennel::apps

// `kennel`: the command that people type. Light work it does itself; training and inference it
// hands over to the programs that link what they need.
#include "apps/compare.h"
#include "apps/doctor.h"
#include "apps/env.h"
#include "apps/environment.h"
#include "apps/fsck.h"
#include "apps/jobs.h"
#include "apps/load.h"
#include "apps/logs.h"
#include "apps/program.h"
#include "apps/sample.h"
#include "apps/status.h"
#include "apps/stop.h"
#include "apps/up.h"
#include "apps/usage.h"
#include "apps/weights_search.h"

namespace kennel::apps {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

base::Result<int> hand_over(const std::string& program, char** argv) {
  return tl::unexpected(exec_sibling(program, argv));
}

base::Result<int> handle(const Command& command, char** argv) {
  return std::visit(Overloaded{[](const SampleCommand& sample) { return run_sample(sample); },
                               [](const LoadCommand& load) { return run_load(load); },
                               [](const CompareCommand& compare) { return run_compare(compare); },
                               [](const WeightsCommand& weights) { return run_weights(weights); },
                               [](const UpCommand& up) { return run_up(up); },
                               [](const EnvCommand& env) { return run_env(env); },
                               [](const StatusCommand& status) { return run_status(status); },
                               [](const JobsCommand& jobs) { return run_jobs(jobs); },
                               [](const LogsCommand& logs) { return run_logs(logs); },
                               [](const StopCommand& stop) { return run_stop(stop); },
                               [](const DoctorCommand& doctor) { return run_doctor(doctor); },
                               [](const UsageCommand& usage) { return run_usage(usage); },
                               [](const FsckCommand& fsck) { return run_fsck(fsck); },
                               [&](const TrainCommand&) { return hand_over("kennel-train", argv); },
                               [&](const TuneCommand&) { return hand_over("kennel-train", argv); },
                               [&](const JobCommand&) { return hand_over("kennel-train", argv); },
                               [&](const auto&) { return hand_over("kennel-infer", argv); }},
                    command);
}

}  // namespace
}  // namespace kennel::apps

int main(int argc, char** argv) {
  return kennel::apps::run_program(argc, argv, [&](const kennel::apps::Command& command) {
    return kennel::apps::handle(command, argv);
  });
}

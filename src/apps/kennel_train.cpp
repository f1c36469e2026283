// `kennel-train`: runs one training job, then exits.
#include <fmt/format.h>

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/program.h"
#include "apps/run_folder.h"
#include "apps/train_console.h"
#include "apps/train_job.h"
#include "apps/train_options.h"
#include "apps/tune.h"
#include "train/run.h"

namespace kennel::apps {
namespace {

constexpr const char* kRuns = "runs";

base::Result<int> train_on(const TrainCommand& command, std::string typed) {
  KENNEL_TRY(auto options, run_options(command, std::move(typed)));
  KENNEL_TRY(options.folder,
             open_run_folder({command.data, command.output_folder, command.resume}, kRuns));
  const base::SystemClock clock;
  base::PosixDisk disk;
  const auto console = make_train_console(command.output, clock);
  const EmptyFolderRemoval removal(options.folder, kRuns);
  KENNEL_TRY(const auto lock, RunFolderLock::take(options.folder));
  KENNEL_TRY(const auto summary, train::run_training(options, *console, disk, clock));
  console->on_end(options, summary);
  return summary.ending == train::Ending::kInterrupted ? kExitInterrupted : 0;
}

base::Result<int> handle(const Command& command, int argc, const char* const* argv) {
  if (const auto* train = std::get_if<TrainCommand>(&command)) {
    return train_on(*train, quoted_command(argc, argv));
  }
  if (const auto* tune = std::get_if<TuneCommand>(&command)) {
    return run_tune(*tune, quoted_command(argc, argv));
  }
  if (std::holds_alternative<JobCommand>(command)) return run_train_job();
  return base::fail(base::ErrorKind::kInvalid,
                    "kennel-train trains only; run `kennel` for everything else");
}

}  // namespace
}  // namespace kennel::apps

int main(int argc, char** argv) {
  return kennel::apps::run_program(argc, argv, [&](const kennel::apps::Command& command) {
    return kennel::apps::handle(command, argc, argv);
  });
}

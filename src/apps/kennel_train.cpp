// `kennel-train`: runs one training job, then exits.
#include <fmt/format.h>

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/program.h"
#include "apps/run_folder.h"
#include "apps/train_console.h"
#include "apps/train_job.h"
#include "apps/weights_search.h"
#include "train/run.h"

namespace kennel::apps {
namespace {

constexpr const char* kRuns = "runs";

base::Result<train::HeadOptions> head_options(const TrainCommand& command) {
  KENNEL_TRY(const auto optimizer, train::parse_optimizer(command.optimizer));
  KENNEL_TRY(const auto schedule, train::parse_schedule(command.schedule));
  return train::HeadOptions{.hidden = command.hidden,
                            .epochs = command.epochs,
                            .batch_size = command.batch_size,
                            .learning_rate = command.learning_rate,
                            .optimizer = optimizer,
                            .weight_decay = command.weight_decay,
                            .schedule = schedule,
                            .label_smoothing = command.label_smoothing,
                            .dropout = command.dropout,
                            .patience = command.patience,
                            .seed = command.seed};
}

base::Result<train::RunOptions> run_options(const TrainCommand& command, std::string typed) {
  train::RunOptions options{.data = command.data,
                            .cache = feature_cache_folder(),
                            .threads = thread_count(command.threads),
                            .fraction = command.fraction,
                            .strict = command.strict,
                            .resume = command.resume,
                            .command = std::move(typed),
                            .stop = &interrupt_flag()};
  KENNEL_TRY(options.backbone, network::get_backbone(command.backbone));
  KENNEL_TRY(options.head, head_options(command));
  KENNEL_TRY(options.precision, engine::parse_precision(command.precision));
  KENNEL_TRY(options.weights, find_weights(*options.backbone, command.weights));
  return options;
}

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

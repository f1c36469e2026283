#include "apps/train_options.h"

#include "apps/environment.h"
#include "apps/interrupt.h"
#include "apps/weights_search.h"

namespace kennel::apps {
namespace {

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

}  // namespace

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

}  // namespace kennel::apps

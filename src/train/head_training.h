// The training loop: epochs, the best one, early stopping, checkpoints.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/error.h"
#include "train/checkpoint.h"
#include "train/head_trainer.h"

namespace kennel::train {

struct HeadData {
  int width = 0;
  int classes = 0;
  LabelledRows train;
  LabelledRows valid;
};

enum class Ending { kFinished, kPatience, kPaused, kInterrupted };
[[nodiscard]] std::string_view to_name(Ending ending);  // "finished", "patience" ...

// The last record marked as best; nullptr without any.
[[nodiscard]] const EpochRecord* find_best(const std::vector<EpochRecord>& history);

struct TrainedHead {
  network::StateDict head;  // of the best epoch, see is_better
  std::vector<EpochRecord> history;
  Ending ending = Ending::kFinished;

  [[nodiscard]] const EpochRecord& best() const { return *find_best(history); }
};

struct LoopOptions {
  HeadOptions head;
  base::Path checkpoint;  // the file
  nlohmann::json run;     // what the outcome depends on; stored in the checkpoint
  bool resume = false;    // go on from the checkpoint, where there is one
  int pause_after = 0;    // an epoch after which to end, to be resumed later; 0: never
  // Begin anew, and say why, where the checkpoint is another run's or damaged, instead of failing.
  std::function<void(const std::string&)> on_misfit;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const EpochRecord&)> on_epoch;
  std::function<void(const std::vector<EpochRecord>&)> on_resumed;  // the epochs before
};

// Errors: kConflict when the checkpoint belongs to another run (naming what differs), kInvalid when
// the loss is no number any more, kInterrupted when stopped before the first epoch was through.
[[nodiscard]] base::Result<TrainedHead> train_head(const HeadData& data, const LoopOptions& options,
                                                   base::Disk& disk, const base::Clock& clock);

}  // namespace kennel::train

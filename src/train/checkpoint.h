// Where a training run stands, on disk: what `--resume` goes on from.
//
// One file, a `.pth` of tensors: "current.*" and "best.*" (heads), "optimizer.*", and "state.json",
// the rest as JSON in a tensor of bytes. It is replaced whole, so a kill leaves the old or the new.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/disk.h"
#include "base/error.h"
#include "network/tensor.h"
#include "train/head_trainer.h"

namespace kennel::train {

struct EpochRecord {
  int epoch = 0;  // from 1
  double learning_rate = 0;
  PassMetrics train;  // while the weights were changing
  PassMetrics valid;  // after the epoch
  double seconds = 0;
  bool best = false;  // better than every epoch before
};

// Higher valid top-1; among equals, lower valid loss.
[[nodiscard]] bool is_better(const EpochRecord& one, const EpochRecord& other);

struct Checkpoint {
  nlohmann::json run;  // what the outcome depends on: options, data, weights
  std::vector<EpochRecord> history;
  network::StateDict current;
  network::StateDict best;
  network::StateDict optimizer;

  [[nodiscard]] int epoch() const { return static_cast<int>(history.size()); }
};

void save_checkpoint(base::Disk& disk, const base::Path& path, const Checkpoint& checkpoint);

// kNotFound without a file; kCorrupt when it is not a checkpoint.
[[nodiscard]] base::Result<Checkpoint> load_checkpoint(const base::Path& path);

}  // namespace kennel::train

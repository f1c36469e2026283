#include "train/head_training.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace kennel::train {
namespace {

using base::ErrorKind;

// Writing one costs more than an epoch of a small head does.
constexpr double kSecondsBetweenCheckpoints = 1.0;

std::vector<std::string> differing_fields(const nlohmann::json& left, const nlohmann::json& right) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : left.items()) {
    if (!right.contains(name) || right[name] != value) {
      fields.push_back(fmt::format("{} (was {}, is {})", name, value.dump(),
                                   right.contains(name) ? right[name].dump() : "absent"));
    }
  }
  return fields;
}

PassMetrics measure(HeadTrainer& trainer, const LabelledRows& rows) {
  const auto evaluation = engine::evaluate(trainer.predict(rows));
  return {evaluation.loss, evaluation.top1};
}

// One training run between its start (or resumption) and its end.
class Loop {
 public:
  Loop(const HeadData& data, const LoopOptions& options, base::Disk& disk, const base::Clock& clock)
      : data_(data),
        options_(options),
        disk_(disk),
        clock_(clock),
        trainer_(options.head, data.width, data.classes),
        saved_at_(clock.now()) {
    state_.run = options.run;
  }

  base::Result<void> restore() {
    auto loaded = load_checkpoint(options_.checkpoint);
    if (!loaded && loaded.error().kind == ErrorKind::kNotFound) return {};
    if (!loaded) return tl::unexpected(loaded.error());
    if (const auto fields = differing_fields(loaded->run, options_.run); !fields.empty()) {
      return base::fail(ErrorKind::kConflict,
                        fmt::format("{} belongs to a run with other settings: {}; repeat those, or "
                                    "start a new run without --resume",
                                    options_.checkpoint.string(), fmt::join(fields, ", ")));
    }
    KENNEL_TRY_VOID(check_heads(*loaded));
    KENNEL_TRY_VOID(trainer_.set_optimizer_state(loaded->optimizer));
    trainer_.set_head(loaded->current);
    state_ = *std::move(loaded);
    options_.on_resumed(state_.history);
    return {};
  }

  base::Result<TrainedHead> run() {
    Ending ending = Ending::kFinished;
    while (state_.epoch() < options_.head.epochs) {
      if (out_of_patience()) {
        ending = Ending::kPatience;
        break;
      }
      if (options_.pause_after > 0 && state_.epoch() >= options_.pause_after) {
        ending = Ending::kPaused;
        break;
      }
      KENNEL_TRY(const bool completed, run_epoch());
      if (!completed) {
        ending = Ending::kInterrupted;
        break;
      }
    }
    if (state_.history.empty()) {
      return base::fail(ErrorKind::kInterrupted, "stopped before the first epoch was through");
    }
    save();
    return TrainedHead{state_.best, state_.history, ending};
  }

 private:
  // A checkpoint may have come from anywhere.
  [[nodiscard]] base::Result<void> check_heads(const Checkpoint& loaded) const {
    if (find_best(loaded.history) == nullptr) {
      return base::fail(ErrorKind::kCorrupt, "the checkpoint has no best epoch");
    }
    const network::StateDict own = trainer_.head();
    for (const auto& [name, tensor] : own.entries()) {
      KENNEL_TRY_VOID(loaded.current.get(name, tensor.shape));
      KENNEL_TRY_VOID(loaded.best.get(name, tensor.shape));
    }
    return {};
  }

  // False when stopped on the way; the state is then that of the epoch before.
  base::Result<bool> run_epoch() {
    const auto start = clock_.now();
    EpochRecord record{.epoch = state_.epoch() + 1};
    record.learning_rate = trainer_.learning_rate(record.epoch);
    const auto trained = trainer_.train_epoch(record.epoch, data_.train, options_.stop);
    if (!trained) return false;
    record.train = *trained;
    record.valid = measure(trainer_, data_.valid);
    record.seconds = base::seconds_between(start, clock_.now());
    if (!std::isfinite(record.train.loss) || !std::isfinite(record.valid.loss)) {
      return base::fail(ErrorKind::kInvalid,
                        fmt::format("the loss is no number any more in epoch {}: training "
                                    "diverged; lower --learning-rate (it is {})",
                                    record.epoch, options_.head.learning_rate));
    }
    take_in(record);
    return true;
  }

  void take_in(EpochRecord record) {
    const EpochRecord* best = find_best(state_.history);
    record.best = best == nullptr || is_better(record, *best);
    state_.current = trainer_.head();
    state_.optimizer = trainer_.optimizer_state();
    if (record.best) state_.best = state_.current;
    state_.history.push_back(record);
    if (base::seconds_between(saved_at_, clock_.now()) >= kSecondsBetweenCheckpoints) save();
    options_.on_epoch(record);
  }

  void save() {
    save_checkpoint(disk_, options_.checkpoint, state_);
    saved_at_ = clock_.now();
  }

  [[nodiscard]] bool out_of_patience() const {
    const EpochRecord* best = find_best(state_.history);
    if (options_.head.patience == 0 || best == nullptr) return false;
    return state_.epoch() - best->epoch >= options_.head.patience;
  }

  const HeadData& data_;
  const LoopOptions& options_;
  base::Disk& disk_;
  const base::Clock& clock_;
  HeadTrainer trainer_;
  Checkpoint state_;
  std::chrono::steady_clock::time_point saved_at_;
};

}  // namespace

std::string_view to_name(Ending ending) {
  switch (ending) {
    case Ending::kFinished:
      return "finished";
    case Ending::kPatience:
      return "patience";
    case Ending::kPaused:
      return "paused";
    case Ending::kInterrupted:
      return "interrupted";
  }
  return "";
}

const EpochRecord* find_best(const std::vector<EpochRecord>& history) {
  const auto found = std::find_if(history.rbegin(), history.rend(),
                                  [](const auto& record) { return record.best; });
  return found == history.rend() ? nullptr : &*found;
}

base::Result<TrainedHead> train_head(const HeadData& data, const LoopOptions& options,
                                     base::Disk& disk, const base::Clock& clock) {
  if (options.resume) {
    Loop loop(data, options, disk, clock);
    const auto restored = loop.restore();
    if (restored) return loop.run();
    if (!options.on_misfit) return tl::unexpected(restored.error());
    options.on_misfit(restored.error().message);
  }
  return Loop(data, options, disk, clock).run();
}

}  // namespace kennel::train

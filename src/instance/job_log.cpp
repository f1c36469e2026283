#include "instance/job_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace kennel::instance {
namespace {

using dataset::Split;

std::string scores(std::string_view split, const engine::Evaluation& evaluation) {
  return fmt::format("{0}: {0}_top1={1:.6f} {0}_top5={2:.6f} {0}_loss={3:.6f} photos={4}", split,
                     evaluation.top1, evaluation.top5, evaluation.loss, evaluation.photos);
}

}  // namespace

// A file's name may hold anything, a line must not.
void JobLog::say(std::string_view line) const {
  std::string legible(line);
  std::ranges::replace_if(legible, [](unsigned char letter) { return letter < 0x20; }, ' ');
  write_(legible);
}

void JobLog::on_note(const std::string& note) { say("note: " + note); }

void JobLog::on_dataset(const dataset::Dataset& data) {
  say(fmt::format("data: {} classes, {} train / {} valid / {} test photos", data.classes.size(),
                  data.split(Split::kTrain).size(), data.split(Split::kValid).size(),
                  data.split(Split::kTest).size()));
}

void JobLog::on_extraction(std::size_t done, std::size_t total) {
  const std::size_t tenth = done * 10 / total;
  if (tenth == tenth_) return;  // ten lines are enough
  tenth_ = tenth;
  say(fmt::format("features: {} of {} photos computed", done, total));
}

void JobLog::on_features(const engine::Features& features) {
  tenth_ = 0;
  const std::size_t photos = features.rows.size() - features.failures.size();
  const std::size_t computed = photos - features.cached;
  say(fmt::format("features: {} photos, {} from the cache, {} computed in {:.2f} s", photos,
                  features.cached, computed, features.seconds.extract));
}

void JobLog::on_resumed(const std::vector<train::EpochRecord>& history, int epochs) {
  say(fmt::format("checkpoint: going on after epoch {} of {}", history.size(), epochs));
}

void JobLog::on_epoch(const train::EpochRecord& record, int epochs) {
  const int index = record.epoch - 1;  // SageMaker's algorithm counts from 0
  say(fmt::format("Epoch[{}] Train-accuracy={:.6f}", index, record.train.top1));
  say(fmt::format("Epoch[{}] Time cost={:.3f}", index, record.seconds));
  say(fmt::format("Epoch[{}] Validation-accuracy={:.6f}", index, record.valid.top1));
  say(
      fmt::format("epoch={} epochs={} learning_rate={:.6g} train_loss={:.6f} train_top1={:.6f} "
                  "valid_loss={:.6f} valid_top1={:.6f} seconds={:.3f}",
                  record.epoch, epochs, record.learning_rate, record.train.loss, record.train.top1,
                  record.valid.loss, record.valid.top1, record.seconds));
}

void JobLog::on_end(const train::RunSummary& summary) {
  if (summary.ending == train::Ending::kInterrupted) {
    say("stopped: the model is the best so far");
  } else if (summary.ending == train::Ending::kPatience) {
    say("ended early: no better epoch came");
  }
  say(fmt::format("best: epoch={} of {}", summary.best.epoch, summary.history.size()));
  say(scores("valid", summary.valid.evaluation));
  if (summary.test) say(scores("test", summary.test->evaluation));
  say(fmt::format("done: seconds={:.3f} head_seconds={:.3f}", summary.seconds.total,
                  summary.seconds.train));
}

}  // namespace kennel::instance

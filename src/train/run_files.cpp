#include "train/run_files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace kennel::train {
namespace {

using nlohmann::json;

json head_json(const HeadOptions& head) {
  return {{"hidden", head.hidden},
          {"epochs", head.epochs},
          {"batch_size", head.batch_size},
          {"learning_rate", head.learning_rate},
          {"optimizer", to_name(head.optimizer)},
          {"weight_decay", head.weight_decay},
          {"schedule", to_name(head.schedule)},
          {"label_smoothing", head.label_smoothing},
          {"dropout", head.dropout},
          {"patience", head.patience},
          {"seed", head.seed}};
}

json settings_json(const RunOptions& options) {
  json settings = head_json(options.head);
  settings["backbone"] = options.backbone->name;
  settings["precision"] = engine::to_name(options.precision);
  settings["fraction"] = options.fraction;
  return settings;
}

json score_json(const engine::Evaluation& evaluation) {
  return {{"top1", evaluation.top1},
          {"top5", evaluation.top5},
          {"loss", evaluation.loss},
          {"calibration_error", evaluation.calibration_error},
          {"photos", evaluation.photos}};
}

json timings_json(const RunSeconds& seconds) {
  return {{"scan", seconds.scan},
          {"weights", seconds.weights},
          {"hash", seconds.features.hash},
          {"compile", seconds.features.compile},
          {"extract", seconds.features.extract},
          {"decode_work", seconds.features.work.decode},
          {"infer_work", seconds.features.work.infer},
          {"train", seconds.train},
          {"train_cpu", seconds.train_cpu},
          {"evaluate", seconds.evaluate},
          {"package", seconds.package},
          {"report", seconds.report},
          {"total", seconds.total}};
}

json photos_json(const RunSummary& summary) {
  json failed = json::array();
  for (const auto& failure : summary.failures) {
    failed.push_back({{"path", failure.path.string()}, {"reason", failure.reason}});
  }
  return {{"train", summary.train_photos},
          {"valid", summary.valid.paths.size()},
          {"test", summary.test ? summary.test->paths.size() : 0},
          {"cached", summary.cached_photos},
          {"left_out", failed}};
}

json epochs_json(const std::vector<EpochRecord>& history) {
  json epochs = json::array();
  for (const auto& record : history) {
    epochs.push_back({{"epoch", record.epoch},
                      {"learning_rate", record.learning_rate},
                      {"train_loss", record.train.loss},
                      {"train_top1", record.train.top1},
                      {"valid_loss", record.valid.loss},
                      {"valid_top1", record.valid.top1},
                      {"seconds", record.seconds}});
  }
  return epochs;
}

}  // namespace

json outcome_json(const RunOptions& options, const base::Digest& features,
                  const base::Digest& data) {
  json outcome = settings_json(options);
  outcome["features"] = features.hex();
  outcome["data"] = data.hex();
  return outcome;
}

json provenance_json(const RunOptions& options, const base::Clock& clock) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.calendar_now());
  json provenance = settings_json(options);
  provenance["created"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now);
  provenance["command"] = options.command;
  provenance["data"] = options.data.string();
  provenance["pretrained_weights"] = options.weights.filename().string();
  return provenance;
}

json scores_json(const RunSummary& summary) {
  return {{"valid", score_json(summary.valid.evaluation)},
          {"test", summary.test ? score_json(summary.test->evaluation) : json()}};
}

json results_json(const RunOptions& options, const RunSummary& summary) {
  json results = scores_json(summary);
  results["kennel"] = KENNEL_VERSION;
  results["command"] = options.command;
  results["data"] = options.data.string();
  results["settings"] = settings_json(options);
  results["classes"] = summary.classes;
  results["photos"] = photos_json(summary);
  results["ending"] = to_name(summary.ending);
  results["best_epoch"] = summary.best.epoch;
  results["epochs"] = epochs_json(summary.history);
  results["notes"] = summary.notes;
  results["timings"] = timings_json(summary.seconds);
  return results;
}

std::string metrics_csv(const std::vector<EpochRecord>& history) {
  std::string csv = "epoch,learning_rate,train_loss,train_top1,valid_loss,valid_top1,seconds\n";
  for (const auto& record : history) {
    fmt::format_to(std::back_inserter(csv), "{},{:.8g},{:.6f},{:.6f},{:.6f},{:.6f},{:.4f}\n",
                   record.epoch, record.learning_rate, record.train.loss, record.train.top1,
                   record.valid.loss, record.valid.top1, record.seconds);
  }
  return csv;
}

}  // namespace kennel::train
